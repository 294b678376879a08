#include "screens/ui/catalogue.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <utility>

using namespace screens::ui;
using namespace std::string_literals;
using Messages = std::vector<std::pair<std::string, std::string>>;

namespace {

enum class Order { little, big };

void put_u32(kiosk::Bytes& to, std::size_t value, Order order = Order::little) {
  for (int i = 0; i < 4; ++i) {
    const int shift = 8 * (order == Order::little ? i : 3 - i);
    to.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

/// A .mo file as msgfmt would write it, without its hash table.
kiosk::Bytes mo_file(const Messages& messages, Order order = Order::little) {
  kiosk::Bytes file;
  const std::size_t rows = messages.size();
  const std::size_t tables = 28;
  for (const std::size_t word : {std::size_t{0x950412DE}, std::size_t{0}, rows, tables,
                                 tables + 8 * rows, std::size_t{0}, std::size_t{0}}) {
    put_u32(file, word, order);
  }
  std::size_t at = tables + 16 * rows;
  kiosk::Bytes strings;
  for (const bool ids : {true, false}) {
    for (const auto& [id, text] : messages) {
      const std::string& one = ids ? id : text;
      put_u32(file, one.size(), order);
      put_u32(file, at, order);
      at += one.size() + 1;
      kiosk::append(strings, kiosk::as_bytes(one));
      strings.push_back(0);
    }
  }
  kiosk::append(file, strings);
  return file;
}

const std::string chinese = "Language: zh_CN\nPlural-Forms: nplurals=1; plural=0;\n";
const std::string english = "Plural-Forms: nplurals=2; plural=(n != 1);\n";

Catalogue catalogue_of(const Messages& messages, Order order = Order::little) {
  auto parsed = Catalogue::parse(mo_file(messages, order));
  REQUIRE(parsed.has_value());
  return *parsed;
}

std::string code_of(const kiosk::Bytes& file) {
  const auto parsed = Catalogue::parse(file);
  return parsed ? "none" : std::string(parsed.error().code);
}

std::set<std::string> placeholders_of(const std::string& text) {
  std::set<std::string> names;
  for (std::size_t open = text.find('{'); open != text.npos; open = text.find('{', open + 1)) {
    names.insert(text.substr(open, text.find('}', open) - open + 1));
  }
  return names;
}

}  // namespace

TEST_CASE("catalogue: a text is translated, an unknown one is its own id") {
  const Catalogue texts =
      catalogue_of({{"", chinese}, {"Call staff", "呼叫工作人员"}, {"Empty", ""}});
  CHECK(texts.tr("Call staff") == "呼叫工作人员");
  CHECK(texts.tr("Large text") == "Large text");
  CHECK(texts.tr("Empty") == "Empty");
  CHECK(Catalogue().tr("OK") == "OK");
}

TEST_CASE("catalogue: files of either byte order are read") {
  CHECK(catalogue_of({{"", chinese}, {"OK", "好"}}, Order::big).tr("OK") == "好");
}

TEST_CASE("catalogue: values stand for their names, in the order of the language") {
  const Catalogue texts =
      catalogue_of({{"", chinese}, {"{number} at {time}", "{time} 叫 {number}"}});
  CHECK(texts.tr("{number} at {time}", {{"time", "09:41"}, {"number", "A017"}}) == "09:41 叫 A017");
}

TEST_CASE("catalogue: a value is never interpreted") {
  CHECK(filled("{a}{b}", {{"a", "{b}"}, {"b", "{a}%s$name$"}}) == "{b}{a}%s$name$");
  CHECK(filled("{a}", {{"a", "}"}}) == "}");
}

TEST_CASE("catalogue: an unknown or broken placeholder stays visible") {
  CHECK(filled("{who} {a}", {{"a", "x"}}) == "{who} x");
  CHECK(filled("{a", {{"a", "x"}}) == "{a");
  CHECK(filled("a} { {a}", {{"a", "x"}}) == "a} { x");
  CHECK(filled("{}", {{"a", "x"}}) == "{}");
}

TEST_CASE("catalogue: Chinese has one form, English two") {
  const Messages messages{{"", chinese}, {"{n} person\0{n} people"s, "{n} 人"}};
  CHECK(catalogue_of(messages).tr_n("{n} person", "{n} people", 1) == "1 人");
  CHECK(catalogue_of(messages).tr_n("{n} person", "{n} people", 4) == "4 人");
  const Messages two{{"", english}, {"{n} person\0{n} people"s, "{n} soul\0{n} souls"s}};
  CHECK(catalogue_of(two).tr_n("{n} person", "{n} people", 1) == "1 soul");
  CHECK(catalogue_of(two).tr_n("{n} person", "{n} people", 0) == "0 souls");
  CHECK(Catalogue().tr_n("{n} person", "{n} people", 1) == "1 person");
  CHECK(Catalogue().tr_n("{n} person", "{n} people", 2) == "2 people");
}

TEST_CASE("catalogue: a value in a plural text is not mistaken for the number") {
  CHECK(Catalogue().tr_n("{n} for {who}", "{n} for {who}", 3, {{"who", "{n}"}}) == "3 for {n}");
}

TEST_CASE("catalogue: a plural rule it does not know is refused, not guessed") {
  CHECK(code_of(mo_file({{"", "Plural-Forms: nplurals=3; plural=n%10;\n"}})) == "plural_forms");
}

TEST_CASE("catalogue: every cut of a file is refused or read, never read beyond") {
  const kiosk::Bytes whole = mo_file({{"", chinese}, {"OK", "好"}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const kiosk::Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(code_of(cut) == "bad_catalogue");
  }
  CHECK(code_of(whole) == "none");
}

TEST_CASE("catalogue: tables and strings that point out of the file are refused") {
  const kiosk::Bytes whole = mo_file({{"", chinese}, {"OK", "好"}});
  for (std::size_t word = 8; word <= 48; word += 4) {
    if (word == 20 || word == 24) continue;  // the hash table, which is not read
    kiosk::Bytes bent = whole;
    for (std::size_t i = 0; i < 4; ++i) bent[word + i] = 0xFF;
    CHECK(code_of(bent) == "bad_catalogue");
  }
  kiosk::Bytes wrong = whole;
  wrong[0] ^= 1;
  CHECK(code_of(wrong) == "bad_catalogue");
}

TEST_CASE("catalogue: a file that is not there is named in the error") {
  const auto loaded = Catalogue::load("/nowhere/zh.mo");
  REQUIRE_FALSE(loaded.has_value());
  CHECK(loaded.error().code == "no_catalogue");
  CHECK(loaded.error().what.find("/nowhere/zh.mo") != std::string::npos);
}

TEST_CASE("catalogue: the shipped catalogues load and keep every placeholder of their ids") {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(KIOSK_BUILD_DIR "/locale")) {
    if (entry.path().extension() != ".mo") continue;
    ++files;
    const auto texts = Catalogue::load(entry.path().string());
    REQUIRE(texts.has_value());
    for (const auto& message : texts->messages()) {
      for (const std::string& form : message.second) {
        INFO(entry.path().filename().string(), ": ", message.first);
        CHECK(placeholders_of(form) == placeholders_of(message.first));
      }
    }
  }
  CHECK(files >= 2);
  const auto zh = Catalogue::load(KIOSK_BUILD_DIR "/locale/zh-Hans.mo");
  REQUIRE(zh.has_value());
  CHECK_FALSE(zh->messages().empty());
}
