#include "printing/ticket_values.h"

#include <algorithm>
#include <utility>

#include "kiosk/base/overloaded.h"

namespace printing {
namespace {

struct ValueCount {
  int named = 0;
  int given = 0;

  bool absent() const { return named > 0 && given == 0; }
  void add(const Piece& piece) {
    if (piece.kind != PieceKind::value) return;
    ++named;
    if (!piece.text.empty()) ++given;
  }
};

void put_in(std::vector<Piece>& pieces, const Values& values) {
  for (Piece& piece : pieces) {
    if (piece.kind != PieceKind::value) continue;
    const auto value = values.find(piece.text);
    piece.text = value == values.end() ? std::string() : value->second;
  }
}

bool prints(const Piece& piece) {
  return piece.kind == PieceKind::text || piece.kind == PieceKind::value;
}

/// Drops the parts between line breaks that consist of empty values; decorations stay.
void drop_absent_parts(std::vector<Piece>& pieces) {
  std::vector<Piece> kept;
  auto start = pieces.begin();
  while (true) {
    const auto end = std::find_if(start, pieces.end(), [](const Piece& piece) {
      return piece.kind == PieceKind::line_break;
    });
    ValueCount count;
    for (auto piece = start; piece != end; ++piece) count.add(*piece);
    for (auto piece = start; piece != end; ++piece) {
      if (!count.absent() || !prints(*piece)) kept.push_back(std::move(*piece));
    }
    if (end == pieces.end()) break;
    if (!count.absent()) kept.push_back(*end);
    start = end + 1;
  }
  // The last part may have gone while the break before it stayed.
  if (!kept.empty() && kept.back().kind == PieceKind::line_break &&
      pieces.back().kind != PieceKind::line_break) {
    kept.pop_back();
  }
  pieces = std::move(kept);
}

/// Fills the line; false if it vanishes.
bool fill_line(Line& line, const Values& values) {
  return std::visit(kiosk::overloaded{[&](TextLine& text) {
                                        ValueCount count;
                                        for (Column& column : text.columns) {
                                          put_in(column.pieces, values);
                                          for (const Piece& piece : column.pieces) count.add(piece);
                                        }
                                        if (count.absent()) return false;
                                        for (Column& column : text.columns)
                                          drop_absent_parts(column.pieces);
                                        return true;
                                      },
                                      [](RuleLine&) { return true; }, [](CutLine&) { return true; },
                                      [&](PropertyLine& property) {
                                        if (!property.code) return true;
                                        put_in(property.code->data, values);
                                        ValueCount count;
                                        for (const Piece& piece : property.code->data)
                                          count.add(piece);
                                        if (!count.absent()) return true;
                                        property.code.reset();
                                        return property.frame || property.image ||
                                               !property.command.empty();
                                      }},
                    line.content);
}

}  // namespace

Document fill(Document document, const Values& values) {
  std::vector<Line> kept;
  bool vanished_since_rule = false;
  for (Line& line : document.lines) {
    if (!fill_line(line, values)) {
      vanished_since_rule = true;
      continue;
    }
    const bool rule = std::holds_alternative<RuleLine>(line.content);
    const bool after_rule = !kept.empty() && std::holds_alternative<RuleLine>(kept.back().content);
    if (rule && after_rule && vanished_since_rule) continue;
    vanished_since_rule = false;
    kept.push_back(std::move(line));
  }
  document.lines = std::move(kept);
  return document;
}

std::vector<Complaint> check(const Document& document, const std::vector<std::string>& known) {
  std::vector<Complaint> complaints = document.complaints;
  for (const ValueUse& use : document.values) {
    if (std::find(known.begin(), known.end(), use.name) != known.end()) continue;
    complaints.push_back({use.line, use.column, "there is no value $" + use.name + "$"});
  }
  std::stable_sort(complaints.begin(), complaints.end(),
                   [](const Complaint& a, const Complaint& b) { return a.line < b.line; });
  return complaints;
}

}  // namespace printing
