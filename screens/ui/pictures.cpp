#include "screens/ui/pictures.h"

#include <array>
#include <cstdlib>
#include <numbers>
#include <span>

#include "kiosk/base/check.h"

namespace screens::ui {
namespace {

/// One stroke of an icon, on 100 x 100; `width` 0 fills. `tint` none takes the node's colour.
struct Stroke {
  const char* path = "";
  double width = 0;
  Color tint = Color::none;
};

constexpr double line = 8;
constexpr double bold = 11;

constexpr Stroke check[] = {{"M17 53l24 24 43-53", 12.5}};
constexpr Stroke check_disc[] = {{"O50 50 50"}, {"M27 52l16 16 31-36", 10, Color::white}};
constexpr Stroke cross[] = {{"M22 22L78 78M78 22L22 78", 12}};
constexpr Stroke warning[] = {{"M50 14L93 86H7Z", line}, {"M50 40V60", line}, {"O50 73 5"}};
constexpr Stroke warning_disc[] = {
    {"O50 50 50"}, {"M50 25V55", bold, Color::white}, {"O50 75 6.5", 0, Color::white}};
constexpr Stroke info_disc[] = {
    {"O50 50 50"}, {"O50 26 6.5", 0, Color::white}, {"M50 46V75", bold, Color::white}};
constexpr Stroke question[] = {{"M30 34C30 8 71 8 71 34C71 52 50 50 50 66", bold}, {"O50 87 7"}};
constexpr Stroke clock[] = {{"O50 50 42", line}, {"M50 25V51L67 63", line}};
constexpr Stroke globe[] = {{"O50 50 42", line},
                            {"M8 50H92M50 8C21 33 21 67 50 92M50 8C79 33 79 67 50 92", line}};
constexpr Stroke printer[] = {{"M27 34V10H73V34", line},
                              {"M27 72H18C12 72 9 69 9 63V43C9 37 12 34 18 34H82C88 34 91 37 91 "
                               "43V63C91 69 88 72 82 72H73",
                               line},
                              {"M27 58H73V91H27Z", line},
                              {"O76 47 4.5"}};
constexpr Stroke phone[] = {
    {"M18 22C20 58 44 82 80 84C87 84 89 79 89 74V66L68 57L58 67C48 62 40 54 35 44L45 34L36 13"
     "H28C23 13 18 16 18 22Z",
     line}};
constexpr Stroke qr_code[] = {{"R8 8 32 32 5R60 8 32 32 5R8 60 32 32 5", line - 1},
                              {"M19 19h10v10h-10zM71 19h10v10h-10zM19 71h10v10h-10z"},
                              {"M58 58h14v14h-14zM80 58h14v14h-14zM69 80h14v14h-14z"}};
constexpr Stroke barcode[] = {
    {"M8 20h8v60h-8zM22 20h4v60h-4zM32 20h10v60h-10zM48 20h4v60h-4zM58 20h8v60h-8zM72 20h4v60"
     "h-4zM82 20h10v60h-10z"}};
constexpr Stroke no_card[] = {{"R10 22 80 56 10", line}, {"M22 88L78 12", 9, Color::red}};
constexpr Stroke id_card[] = {{"R7 19 86 62 11", line},
                              {"O33 43 9"},
                              {"M18 68C18 53 48 53 48 68Z"},
                              {"M60 41H80M60 58H74", 7}};
constexpr Stroke hospital[] = {{"M50 29V71M29 50H71", 14}};
constexpr Stroke person[] = {{"O50 32 19", line}, {"M14 88C14 56 86 56 86 88", line}};
constexpr Stroke backspace[] = {{"M36 22H90V78H36L11 50Z", line},
                                {"M52 40L72 60M72 40L52 60", line}};
constexpr Stroke paper_out[] = {{"M27 34V10H73V34", line},
                                {"M27 72H18C12 72 9 69 9 63V43C9 37 12 34 18 34H82C88 34 91 37 "
                                 "91 43V63C91 69 88 72 82 72H73",
                                 line},
                                {"M39 66L61 90M61 66L39 90", 9, Color::red}};
constexpr Stroke network_off[] = {{"M12 44C34 23 66 23 88 44M28 61C41 49 59 49 72 61", line},
                                  {"O50 78 7"},
                                  {"M20 90L80 12", 9, Color::red}};
constexpr Stroke arrow_up[] = {{"M50 88V14M20 44L50 14L80 44", bold}};
constexpr Stroke arrow_down[] = {{"M50 12V86M20 56L50 86L80 56", bold}};
constexpr Stroke arrow_left[] = {{"M88 50H14M44 20L14 50L44 80", bold}};
constexpr Stroke arrow_right[] = {{"M12 50H86M56 20L86 50L56 80", bold}};
constexpr Stroke turn_left[] = {{"M80 88V54C80 42 73 36 62 36H16M40 12L16 36L40 60", bold}};
constexpr Stroke turn_right[] = {{"M20 88V54C20 42 27 36 38 36H84M60 12L84 36L60 60", bold}};
constexpr Stroke stairs[] = {{"M9 88H31V66H53V44H75V22H92", bold}};
constexpr Stroke lift[] = {
    {"R12 8 76 84 9", line}, {"M50 8V92", 6}, {"M31 38L40 54H22ZM69 62L78 46H60Z"}};
constexpr Stroke wheelchair[] = {{"O42 14 9"},
                                 {"M42 32V56H66L76 82H88", 9},
                                 {"M42 42H62", line},
                                 {"M31 48C10 56 12 90 40 91C53 91 61 83 63 73", line}};

std::span<const Stroke> strokes_of(Picture picture) {
  switch (picture) {
    case Picture::check:
      return check;
    case Picture::check_disc:
      return check_disc;
    case Picture::cross:
      return cross;
    case Picture::warning:
      return warning;
    case Picture::warning_disc:
      return warning_disc;
    case Picture::info_disc:
      return info_disc;
    case Picture::question:
      return question;
    case Picture::clock:
      return clock;
    case Picture::globe:
      return globe;
    case Picture::printer:
      return printer;
    case Picture::phone:
      return phone;
    case Picture::qr_code:
      return qr_code;
    case Picture::barcode:
      return barcode;
    case Picture::no_card:
      return no_card;
    case Picture::id_card:
      return id_card;
    case Picture::hospital:
      return hospital;
    case Picture::person:
      return person;
    case Picture::backspace:
      return backspace;
    case Picture::paper_out:
      return paper_out;
    case Picture::network_off:
      return network_off;
    case Picture::arrow_up:
      return arrow_up;
    case Picture::arrow_down:
      return arrow_down;
    case Picture::arrow_left:
      return arrow_left;
    case Picture::arrow_right:
      return arrow_right;
    case Picture::turn_left:
      return turn_left;
    case Picture::turn_right:
      return turn_right;
    case Picture::stairs:
      return stairs;
    case Picture::lift:
      return lift;
    case Picture::wheelchair:
      return wheelchair;
    case Picture::none:
    case Picture::card_above_reader:
    case Picture::code_above_scanner:
    case Picture::lift_card:
    case Picture::take_ticket:
      return {};
  }
  return {};
}

bool is_illustration(Picture picture) {
  return picture == Picture::card_above_reader || picture == Picture::code_above_scanner ||
         picture == Picture::lift_card || picture == Picture::take_ticket;
}

void add_circle(cairo_t* context, double x, double y, double radius) {
  cairo_new_sub_path(context);
  cairo_arc(context, x, y, radius, 0, 2 * std::numbers::pi);
  cairo_close_path(context);
}

/// Reads the numbers after a command letter; as many as it takes.
template <std::size_t count>
std::array<double, count> numbers(const char*& at) {
  std::array<double, count> values{};
  for (double& value : values) {
    while (*at == ' ' || *at == ',') ++at;
    char* end = nullptr;
    value = std::strtod(at, &end);
    KIOSK_CHECK(end != at);
    at = end;
  }
  return values;
}

void add_line(cairo_t* context, char letter, const char*& at) {
  double x = 0;
  double y = 0;
  cairo_get_current_point(context, &x, &y);
  switch (letter) {
    case 'H':
      cairo_line_to(context, numbers<1>(at)[0], y);
      break;
    case 'V':
      cairo_line_to(context, x, numbers<1>(at)[0]);
      break;
    case 'h':
      cairo_rel_line_to(context, numbers<1>(at)[0], 0);
      break;
    default:
      cairo_rel_line_to(context, 0, numbers<1>(at)[0]);
      break;
  }
}

void add_command(cairo_t* context, char letter, const char*& at) {
  switch (letter) {
    case 'M': {
      const auto [x, y] = numbers<2>(at);
      return cairo_move_to(context, x, y);
    }
    case 'm': {
      const auto [x, y] = numbers<2>(at);
      return cairo_rel_move_to(context, x, y);
    }
    case 'L': {
      const auto [x, y] = numbers<2>(at);
      return cairo_line_to(context, x, y);
    }
    case 'l': {
      const auto [x, y] = numbers<2>(at);
      return cairo_rel_line_to(context, x, y);
    }
    case 'C': {
      const auto [ax, ay, bx, by, x, y] = numbers<6>(at);
      return cairo_curve_to(context, ax, ay, bx, by, x, y);
    }
    case 'c': {
      const auto [ax, ay, bx, by, x, y] = numbers<6>(at);
      return cairo_rel_curve_to(context, ax, ay, bx, by, x, y);
    }
    case 'O': {
      const auto [x, y, radius] = numbers<3>(at);
      return add_circle(context, x, y, radius);
    }
    case 'R': {
      const auto [x, y, width, height, radius] = numbers<5>(at);
      return add_round_rectangle(context, {x, y, width, height}, radius);
    }
    default:
      return add_line(context, letter, at);
  }
}

}  // namespace

void add_round_rectangle(cairo_t* context, const Frame& frame, double radius) {
  const double right = frame.x + frame.width;
  const double bottom = frame.y + frame.height;
  constexpr double quarter = std::numbers::pi / 2;
  cairo_new_sub_path(context);
  cairo_arc(context, right - radius, frame.y + radius, radius, -quarter, 0);
  cairo_arc(context, right - radius, bottom - radius, radius, 0, quarter);
  cairo_arc(context, frame.x + radius, bottom - radius, radius, quarter, 2 * quarter);
  cairo_arc(context, frame.x + radius, frame.y + radius, radius, 2 * quarter, 3 * quarter);
  cairo_close_path(context);
}

void add_path(cairo_t* context, const char* path) {
  char letter = 'M';
  for (const char* at = path; *at != '\0';) {
    if (*at == ' ' || *at == ',') {
      ++at;
    } else if (*at == 'Z' || *at == 'z') {
      cairo_close_path(context);
      ++at;
    } else {
      // Numbers without a letter repeat the last one.
      const bool number = (*at >= '0' && *at <= '9') || *at == '-' || *at == '.';
      if (!number) letter = *at++;
      add_command(context, letter, at);
    }
  }
}

PictureSize size_of(Picture picture) {
  return is_illustration(picture) ? PictureSize{952, 590} : PictureSize{100, 100};
}

void set_source(cairo_t* context, Rgba color) {
  cairo_set_source_rgba(context, color.red / 255.0, color.green / 255.0, color.blue / 255.0,
                        color.alpha / 255.0);
}

void paint_path(cairo_t* context, const char* path, double width, Rgba color) {
  cairo_new_path(context);
  add_path(context, path);
  set_source(context, color);
  if (width <= 0) return cairo_fill(context);
  cairo_set_line_width(context, width);
  cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke(context);
}

void draw(cairo_t* context, Picture picture, Rgba color) {
  if (is_illustration(picture)) return draw_illustration(context, picture);
  for (const Stroke& stroke : strokes_of(picture)) {
    paint_path(context, stroke.path, stroke.width,
               stroke.tint == Color::none ? color : rgba(stroke.tint));
  }
}

}  // namespace screens::ui
