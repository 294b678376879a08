#pragma once

#include <string>
#include <vector>

#include "screens/ui/node.h"
#include "screens/ui/theme.h"

// The words screens are written in. Each gives a finished node of the look; where a screen needs
// something else it changes the node's `style`. All texts arrive translated.

namespace screens::ui {

using Nodes = std::vector<Node>;

/// What a coloured box says: `teal` go on, `amber` mind this, `green` done, `red` danger.
enum class Tone { plain, teal, amber, green, red };

enum class Chosen { yes, no };

// --- primitives ---

Node column(Style style, Nodes children);
Node row(Style style, Nodes children);
/// Children on one another; each fills the whole box.
Node stack(Style style, Nodes children);
/// A row whose children all get the same width (a column where their texts would not fit).
Node equal_row(Nodes children);
/// Takes the space that is left.
Node spacer();
/// A thin line across a column or, `Direction::row`, down a row.
Node divider(Direction inside = Direction::column);
Node icon(Picture picture, int size, Color color = Color::ink);
/// The teal box with a drawing; `height` includes the box.
Node illustration(Picture picture, int height);
/// A finished picture as wide as its place, in its proportions, at most `height` high.
Node bitmap(std::shared_ptr<const Bitmap> picture, int width, int height);

// --- words ---

Node heading(std::string text);
/// Grey line above or below a heading.
Node sub(std::string text);
Node text(std::string text, Style style = {});
/// Small grey name of a value.
Node label(std::string text);
/// Large bold value; long ones are made smaller, not cut.
Node value(std::string text);
/// A value below its name.
Node labelled(std::string label_text, std::string value_text);
/// The ticket number in the largest figures that fit.
Node big_number(std::string text);
/// The icon and words of what has happened: "checked in, take your ticket".
Node outcome(Tone tone, std::string text);

// --- boxes ---

Node card(Nodes children);
Node card(Tone tone, Nodes children);
/// A coloured box with a strong first part and a plain second one; either may be empty.
Node notice(Tone tone, std::string strong, std::string rest);
/// A card with a teal head (time large, a tag on the right) above rows of content.
Node appointment_card(std::string day, std::string time, std::string tag, Nodes details);
/// Where this moment and the check-in window lie on the day's line, in thousandths of its width,
/// with the words below them.
struct Timeline {
  int now = 0;
  int opens = 0;
  int closes = 1000;
  std::string now_text = {};
  std::string opens_text = {};
};
Node timeline(const Timeline& line);
/// The strip of the kiosk's own troubles, below the head; nothing of a patient.
Node strip(Tone tone, std::string text);

// --- to press ---

/// The next step: the largest thing on a screen.
Node primary_button(std::string action, std::string text);
Node primary_button(std::string action, Picture icon, std::string text);
/// `Tone::plain` has a grey border, `teal` a teal one, `red` is for danger.
Node secondary_button(std::string action, std::string text, Tone tone = Tone::teal);
/// What few people need: smaller, grey border.
Node minor_button(std::string action, std::string text);
/// "Back to start in 14 s - I need more time": full width, amber.
Node more_time_button(std::string action, std::string text);
/// A card to press, with an icon at its left.
Node choice(std::string action, Picture icon, std::string text);
/// One of several that can be chosen together or alone: the box with a check when chosen.
Node option(std::string action, Chosen chosen, std::string strong, std::string rest);
Node pill(std::string action, std::string text, Chosen chosen = Chosen::no);
Node pill(std::string action, Picture icon, std::string text, Chosen chosen = Chosen::no);
/// The way to staff: teal, always the first in the foot.
Node help_pill(std::string action, std::string text);
/// One key of a number pad.
Node key(std::string action, std::string text);
Node key(std::string action, Picture icon);
/// An entry: its name and what was typed so far ("1956-0_"); the active one has a teal border.
Node field(std::string action, std::string label_text, std::string typed, Chosen active);
/// Shown, but cannot be pressed now.
Node disabled(Node node);

// --- whole screens ---

Node head(std::string org, std::string time);
/// Left pills, then right pills (the language last: always in the same place).
Node foot(Nodes left, Nodes right);
/// Everything between head and foot.
Node body(Nodes children);
/// A screen of head, optional strips, body and foot, from the top.
Node screen(Nodes parts);

}  // namespace screens::ui
