#pragma once

#include <cairo.h>

#include "screens/ui/node.h"
#include "screens/ui/theme.h"

// The icons and illustrations, as paths.

namespace screens::ui {

/// The size a picture is drawn in: its own units, later scaled to its place.
struct PictureSize {
  double width = 100;
  double height = 100;
};

PictureSize size_of(Picture picture);

struct Frame {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

void add_round_rectangle(cairo_t* context, const Frame& frame, double radius);

void set_source(cairo_t* context, Rgba color);

/// Draws in the picture's own units from (0, 0); an icon in `color`, an illustration in the
/// colours of the look.
void draw(cairo_t* context, Picture picture, Rgba color);

/// Draws one of the illustrations.
void draw_illustration(cairo_t* context, Picture picture);

/// Adds a path in the letters of SVG: M L H V C Z and m l h v c, and two of our own:
/// `O x y r` a circle, `R x y width height r` a rectangle with round corners.
void add_path(cairo_t* context, const char* path);

/// Strokes (width > 0, round ends) or fills a path.
void paint_path(cairo_t* context, const char* path, double width, Rgba color);

}  // namespace screens::ui
