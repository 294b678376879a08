#include "kiosk/text/faces.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "kiosk/base/check.h"
#include "kiosk/text/clean.h"

namespace kiosk::text {
namespace {

UScriptCode script_of(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(static_cast<UChar32>(c), &status);
  return U_SUCCESS(status) ? script : USCRIPT_COMMON;
}

// Scripts whose letters form words that should be of one typeface.
bool is_word_script(UScriptCode script) {
  switch (script) {
    case USCRIPT_COMMON:
    case USCRIPT_INHERITED:
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_BOPOMOFO:
    case USCRIPT_UNKNOWN:
      return false;
    default:
      return true;
  }
}

bool is_shared_mark(char32_t c) {
  return c == 0xB7 || c == 0x2014 || c == 0x2018 || c == 0x2019 || c == 0x201C || c == 0x201D ||
         c == 0x2026;
}

bool is_word_letter(char32_t c) {
  return is_word_script(script_of(c));
}

// Shared marks are wide beside an ideograph and, in Chinese, wherever no other letter is near.
SharedMarks marks_wanted(std::u32string_view text, std::size_t at, std::string_view language) {
  const char32_t before = at > 0 ? text[at - 1] : U' ';
  const char32_t after = at + 1 < text.size() ? text[at + 1] : U' ';
  if (script_of(before) == USCRIPT_HAN || script_of(after) == USCRIPT_HAN) return SharedMarks::wide;
  const bool latin = is_word_letter(before) || is_word_letter(after);
  return !latin && language.substr(0, 2) == "zh" ? SharedMarks::wide : SharedMarks::narrow;
}

std::size_t next_place(const Places& places, std::size_t after) {
  std::size_t at = after + 1;
  while (at + 1 < places.size() && !places[at]) ++at;
  return at;
}

// The end of the word that begins at `begin`: letters of one script, and apostrophes within.
std::size_t word_end(std::u32string_view text, const Places& clusters, std::size_t begin) {
  const UScriptCode script = script_of(text[begin]);
  std::size_t end = next_place(clusters, begin);
  while (end < text.size()) {
    const bool apostrophe =
        text[end] == 0x2019 && end + 1 < text.size() && script_of(text[end + 1]) == script;
    if (script_of(text[end]) != script && !apostrophe) break;
    end = next_place(clusters, end);
  }
  return end;
}

Result<void> check_readable(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored) && std::ifstream(path).good()) return {};
  return fail("text", "font_missing", "font file " + path + " is missing or not readable");
}

}  // namespace

Faces::Faces(Library library, FontList list) : library_(std::move(library)) {
  for (FontFile& file : list) entries_.push_back({std::move(file), {}, {}});
}

Result<Faces> Faces::create(FontList list) {
  if (list.empty()) return fail("text", "no_fonts", "the list of fonts is empty");
  for (const FontFile& file : list) {
    if (auto readable = check_readable(file.regular); !readable) return pass_on(readable.error());
    if (file.bold.empty()) continue;
    if (auto readable = check_readable(file.bold); !readable) return pass_on(readable.error());
  }
  Result<Library> library = open_freetype();
  if (!library) return pass_on(library.error());
  Faces faces(std::move(*library), std::move(list));
  for (const Weight weight : {Weight::regular, Weight::bold}) {
    if (auto opened = faces.open(0, weight); !opened) return pass_on(opened.error());
  }
  return faces;
}

Result<Face*> Faces::open(std::size_t index, Weight weight) {
  Entry& entry = entries_[index];
  Slot& slot = weight == Weight::bold ? entry.bold : entry.regular;
  Result<Face> face = Face::open(library_.get(), entry.file, weight);
  if (!face) {
    slot.state = Slot::State::bad;
    return pass_on(face.error());
  }
  slot.state = Slot::State::open;
  slot.face.emplace(std::move(*face));
  return &*slot.face;
}

Face* Faces::face(std::size_t index, Weight weight) {
  Slot& slot = weight == Weight::bold ? entries_[index].bold : entries_[index].regular;
  if (slot.state == Slot::State::unopened) return open(index, weight).value_or(nullptr);
  return slot.state == Slot::State::open ? &*slot.face : nullptr;
}

Face& Faces::leading(Weight weight) {
  Face* face_of_first = face(0, weight);
  KIOSK_CHECK(face_of_first != nullptr);  // create opened it
  return *face_of_first;
}

std::optional<std::uint16_t> Faces::first_with(std::u32string_view part, Weight weight,
                                               SharedMarks marks) {
  const bool marked = std::any_of(part.begin(), part.end(), is_shared_mark);
  std::optional<std::uint16_t> second_best;
  for (std::size_t index = 0; index < entries_.size(); ++index) {
    const Face* candidate = face(index, weight);
    if (candidate == nullptr) continue;
    bool has_all = true;
    bool has_forms = !marked || entries_[index].file.shared_marks == marks;
    for (std::size_t i = 0; i < part.size() && has_all; ++i) {
      if (i > 0 && is_variation_selector(part[i])) {
        has_forms = has_forms && candidate->has(part[i - 1], part[i]);
      } else {
        has_all = is_ignorable(part[i]) || candidate->has(part[i]);
      }
    }
    if (has_all && has_forms) return static_cast<std::uint16_t>(index);
    if (has_all && !second_best) second_best = static_cast<std::uint16_t>(index);
  }
  return second_best;
}

std::vector<std::uint16_t> Faces::choose(std::u32string_view text, const Places& clusters,
                                         std::string_view language, Weight weight) {
  std::vector<std::uint16_t> result(text.size(), 0);
  const auto set = [&](std::size_t begin, std::size_t end, SharedMarks marks) {
    const auto face = first_with(text.substr(begin, end - begin), weight, marks);
    for (std::size_t i = begin; face && i < end; ++i) result[i] = *face;
    return face.has_value();
  };
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    if (is_word_letter(text[begin])) {
      end = word_end(text, clusters, begin);
      if (set(begin, end, SharedMarks::narrow)) {
        begin = end;
        continue;
      }
    }
    end = next_place(clusters, begin);
    const SharedMarks marks = marks_wanted(text, begin, language);
    // Where no typeface has the whole cluster, its base and marks stand by themselves, but visible.
    if (!set(begin, end, marks)) {
      for (std::size_t i = begin; i < end; ++i) set(i, i + 1, marks);
    }
    begin = end;
  }
  return result;
}

bool Faces::any_has(char32_t c) {
  if (c == '\n' || is_ignorable(c)) return true;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Face* candidate = face(i, Weight::regular);
    if (candidate != nullptr && candidate->has(c)) return true;
  }
  return false;
}

std::string_view Faces::family(std::size_t index) const {
  for (const Slot* slot : {&entries_[index].regular, &entries_[index].bold}) {
    if (slot->state == Slot::State::open) return slot->face->family();
  }
  return {};
}

}  // namespace kiosk::text
