#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/text/breaks.h"
#include "kiosk/text/face.h"

namespace kiosk::text {

/// The faces of a list, opened on first need, and the choice among them for each code point.
class Faces {
 public:
  /// Errors: as Fonts::create.
  static Result<Faces> create(FontList list);

  /// The face of a list entry; null when its file turned out to be no font.
  Face* face(std::size_t index, Weight weight);

  /// The first entry's face, which is always there.
  Face& leading(Weight weight);

  /// For each code point the entry to set it in: the first that has all of its cluster, and for
  /// letters other than ideographs the first that has all of their word, so that "Yağmur" and
  /// "O’Neil" are of one piece. What none has goes to the leading entry.
  std::vector<std::uint16_t> choose(std::u32string_view text, const Places& clusters,
                                    std::string_view language, Weight weight);

  /// Whether any entry has the character or it needs no glyph.
  bool any_has(char32_t c);

  std::string_view family(std::size_t index) const;

 private:
  struct Slot {
    enum class State { unopened, open, bad } state = State::unopened;
    std::optional<Face> face;
  };
  struct Entry {
    FontFile file;
    Slot regular;
    Slot bold;
  };

  Faces(Library library, FontList list);
  Result<Face*> open(std::size_t index, Weight weight);
  std::optional<std::uint16_t> first_with(std::u32string_view part, Weight weight,
                                          SharedMarks marks);

  Library library_;  // before the faces: they end first
  std::vector<Entry> entries_;
};

}  // namespace kiosk::text
