#include <numbers>

#include "screens/ui/pictures.h"

// The four illustrations, on 952 x 590.

namespace screens::ui {
namespace {

constexpr Rgba photo_ground{0xD6, 0xE6, 0xE4, 255};
constexpr Rgba photo_person{0x7F, 0xA9, 0xA6, 255};
constexpr Rgba faint_words{0x9F, 0xB3, 0xB1, 255};

void fill_and_stroke(cairo_t* context, const char* path, Rgba fill, Rgba edge, double width) {
  paint_path(context, path, 0, fill);
  paint_path(context, path, width, edge);
}

void draw_id_card(cairo_t* context) {
  fill_and_stroke(context, "R256 60 440 270 24", rgba(Color::white), rgba(Color::ink), 6);
  cairo_save(context);
  add_path(context, "R520 104 136 168 12");
  cairo_clip(context);
  paint_path(context, "R520 104 136 168 12", 0, photo_ground);
  paint_path(context, "O588 164 36", 0, photo_person);
  paint_path(context, "M530 280C530 204 646 204 646 280Z", 0, photo_person);
  cairo_restore(context);
  paint_path(context, "R296 112 160 20 10", 0, rgba(Color::ink));
  paint_path(context, "R296 156 190 16 8R296 192 150 16 8", 0, faint_words);
  paint_path(context, "R296 268 200 20 10", 0, rgba(Color::ink2));
}

void turn(cairo_t* context, double degrees, double x, double y) {
  cairo_translate(context, x, y);
  cairo_rotate(context, degrees * std::numbers::pi / 180);
  cairo_translate(context, -x, -y);
}

void draw_reader(cairo_t* context) {
  fill_and_stroke(context, "R176 330 600 220 36", rgba(Color::white), rgba(Color::teal), 6);
  paint_path(context, "R256 372 440 136 20", 0, rgba(Color::teal_soft));
  const double dashes[] = {18, 14};
  cairo_set_dash(context, dashes, 2, 0);
  paint_path(context, "R256 372 440 136 20", 5, rgba(Color::teal));
  cairo_set_dash(context, nullptr, 0, 0);
}

void draw_phone_with_code(cairo_t* context) {
  fill_and_stroke(context, "R336 34 250 330 34", rgba(Color::white), rgba(Color::ink), 6);
  paint_path(context, "M436 62H486", 8, faint_words);
  cairo_save(context);
  cairo_translate(context, 371, 92);
  cairo_scale(context, 1.8, 1.8);
  draw(context, Picture::qr_code, rgba(Color::ink));
  cairo_restore(context);
  paint_path(context, "R400 304 122 16 8", 0, faint_words);
}

void draw_scanner(cairo_t* context) {
  fill_and_stroke(context, "R176 420 600 130 36", rgba(Color::white), rgba(Color::teal), 6);
  paint_path(context, "R276 456 400 58 29", 0, rgba(Color::ink));
  paint_path(context, "M312 485H640", 8, rgba(Color::red));
}

void draw_ticket(cairo_t* context) {
  fill_and_stroke(context, "R146 60 660 150 36", rgba(Color::white), rgba(Color::teal), 6);
  paint_path(context, "R236 146 480 26 13", 0, rgba(Color::ink));
  fill_and_stroke(context,
                  "M276 159H676V530L651 512L626 530L601 512L576 530L551 512L526 530L501 512L476 "
                  "530L451 512L426 530L401 512L376 530L351 512L326 530L301 512L276 530Z",
                  rgba(Color::white), rgba(Color::ink), 6);
  paint_path(context, "R376 206 200 16 8", 0, faint_words);
  paint_path(context, "R336 250 280 90 18", 0, rgba(Color::ink));
  paint_path(context, "R326 380 190 16 8R326 414 240 16 8R326 448 150 16 8", 0, faint_words);
}

}  // namespace

void draw_illustration(cairo_t* context, Picture picture) {
  switch (picture) {
    case Picture::card_above_reader:
      draw_reader(context);
      cairo_save(context);
      turn(context, -7, 476, 190);
      draw_id_card(context);
      cairo_restore(context);
      return paint_path(context, "M846 150V300M802 254L846 300L890 254", 16, rgba(Color::teal));
    case Picture::lift_card:
      draw_reader(context);
      cairo_save(context);
      cairo_translate(context, 0, -28);
      draw_id_card(context);
      cairo_restore(context);
      return paint_path(context, "M846 300V150M802 196L846 150L890 196", 16, rgba(Color::amber));
    case Picture::code_above_scanner:
      draw_scanner(context);
      draw_phone_with_code(context);
      return paint_path(context, "M846 190V340M802 294L846 340L890 294", 16, rgba(Color::teal));
    case Picture::take_ticket:
      draw_ticket(context);
      return paint_path(context, "M846 300V450M802 404L846 450L890 404", 16, rgba(Color::green));
    default:
      return;
  }
}

}  // namespace screens::ui
