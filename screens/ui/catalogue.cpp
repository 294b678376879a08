#include "screens/ui/catalogue.h"

#include <cstdint>
#include <fstream>
#include <optional>
#include <utility>

namespace screens::ui {
namespace {

using kiosk::ByteView;

constexpr std::size_t header_bytes = 28;
constexpr std::size_t table_row_bytes = 8;

enum class Order { little, big };

std::uint32_t read_u32(ByteView file, std::size_t at, Order order) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t shift = 8 * (order == Order::little ? i : 3 - i);
    value |= static_cast<std::uint32_t>(file[at + i]) << shift;
  }
  return value;
}

auto bad(std::string what) {
  return kiosk::fail("ui", "bad_catalogue", std::move(what));
}

/// The string a table row points to; none when it reaches out of the file or has no NUL after it.
std::optional<std::string_view> read_string(ByteView file, std::size_t row, Order order) {
  const std::size_t length = read_u32(file, row, order);
  const std::size_t start = read_u32(file, row + 4, order);
  if (start >= file.size() || length >= file.size() - start) return std::nullopt;
  if (file[start + length] != 0) return std::nullopt;
  return kiosk::as_text(file.subspan(start, length));
}

std::vector<std::string> split_forms(std::string_view text) {
  std::vector<std::string> forms;
  for (std::size_t start = 0;;) {
    const std::size_t end = text.find('\0', start);
    forms.emplace_back(text.substr(start, end == text.npos ? end : end - start));
    if (end == text.npos) return forms;
    start = end + 1;
  }
}

std::string without_spaces(std::string_view text) {
  std::string kept;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '(' && c != ')') kept += c;
  }
  return kept;
}

}  // namespace

kiosk::Result<Catalogue> Catalogue::parse(ByteView file) {
  if (file.size() < header_bytes) return bad("shorter than its header");
  if (file.size() > file_bytes_max) return bad("larger than 4 MiB");
  constexpr std::uint32_t magic = 0x950412DE;
  Order order = Order::little;
  if (read_u32(file, 0, order) != magic) order = Order::big;
  if (read_u32(file, 0, order) != magic) return bad("no catalogue: wrong first bytes");
  if (read_u32(file, 4, order) >> 16 > 1) return bad("unknown major revision");
  const std::size_t count = read_u32(file, 8, order);
  const std::size_t ids = read_u32(file, 12, order);
  const std::size_t texts = read_u32(file, 16, order);
  if (count > messages_max) return bad("more than 20000 messages");
  const std::size_t table_bytes = count * table_row_bytes;
  if (ids > file.size() || table_bytes > file.size() - ids || texts > file.size() ||
      table_bytes > file.size() - texts) {
    return bad("a table reaches out of the file");
  }
  Catalogue catalogue;
  for (std::size_t row = 0; row < table_bytes; row += table_row_bytes) {
    const auto id = read_string(file, ids + row, order);
    const auto text = read_string(file, texts + row, order);
    if (!id || !text) return bad("a message reaches out of the file");
    if (id->empty()) {
      if (auto read = catalogue.read_header(*text); !read) return kiosk::pass_on(read.error());
      continue;
    }
    catalogue.messages_.insert_or_assign(std::string(id->substr(0, id->find('\0'))),
                                         split_forms(*text));
  }
  return catalogue;
}

kiosk::Result<void> Catalogue::read_header(std::string_view header) {
  constexpr std::string_view field = "Plural-Forms:";
  const std::size_t start = header.find(field);
  if (start == header.npos) return {};
  const std::string_view rest = header.substr(start + field.size());
  const std::string rule = without_spaces(rest.substr(0, rest.find('\n')));
  if (rule == "nplurals=1;plural=0;") {
    plural_ = Plural::one_form;
  } else if (rule == "nplurals=2;plural=n!=1;") {
    plural_ = Plural::not_one;
  } else if (rule == "nplurals=2;plural=n>1;") {
    plural_ = Plural::above_one;
  } else {
    return kiosk::fail("ui", "plural_forms", "not a rule this program knows: " + rule);
  }
  return {};
}

kiosk::Result<Catalogue> Catalogue::load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return kiosk::fail("ui", "no_catalogue", path + ": cannot be opened");
  kiosk::Bytes bytes(file_bytes_max + 1);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (file.bad()) return kiosk::fail("ui", "no_catalogue", path + ": cannot be read");
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  auto catalogue = parse(bytes);
  if (!catalogue) return kiosk::fail(path, catalogue.error());
  return catalogue;
}

std::string Catalogue::tr(std::string_view id, Placeholders values) const {
  const auto found = messages_.find(id);
  const bool translated = found != messages_.end() && !found->second.front().empty();
  return filled(translated ? std::string_view(found->second.front()) : id, values);
}

std::string Catalogue::tr_n(std::string_view one, std::string_view many, long n,
                            Placeholders values) const {
  const bool second = plural_ != Plural::one_form && (plural_ == Plural::not_one ? n != 1 : n > 1);
  const auto found = messages_.find(one);
  const std::size_t form = second ? 1 : 0;
  const bool translated =
      found != messages_.end() && found->second.size() > form && !found->second[form].empty();
  const std::string_view text = translated ? std::string_view(found->second[form])
                                : n == 1   ? one
                                           : many;
  // The number goes in first: it holds no braces, so the values cannot meet it.
  return filled(filled(text, {{"n", std::to_string(n)}}), values);
}

std::string filled(std::string_view text, Placeholders values) {
  std::string result;
  while (true) {
    const std::size_t open = text.find('{');
    const std::size_t close = open == text.npos ? open : text.find('}', open);
    if (close == text.npos) return result.append(text);
    const std::string_view name = text.substr(open + 1, close - open - 1);
    result.append(text.substr(0, open));
    bool known = false;
    for (const Placeholder& placeholder : values) {
      if (placeholder.name == name) {
        result.append(placeholder.value);
        known = true;
        break;
      }
    }
    // What has no value stays; its text after the brace may still hold another one.
    if (!known) result.append("{");
    text.remove_prefix(known ? close + 1 : open + 1);
  }
}

}  // namespace screens::ui
