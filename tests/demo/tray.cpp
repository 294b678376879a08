#include "tests/demo/tray.h"

#include <array>
#include <charconv>

#include "screens/ui/kit.h"

namespace demo {
namespace {

namespace ui = screens::ui;

struct Story {
  const char* story;
  const char* about;
};
/// Who lies on the tray, and why a newcomer should try her.
constexpr std::array<Story, 7> stories{{
    {"one_booked", "booked today"},
    {"several_today", "three visits today"},
    {"paper_out", "rare character in his name"},
    {"too_early", "comes too early"},
    {"cancelled_by_hospital", "doctor's session cancelled"},
    {"foreign_permit", "foreign residence permit"},
    {"no_appointment", "no appointment"},
}};
constexpr std::array<Story, 3> code_stories{{
    {"by_booking", "booking code"},
    {"own_number", "booking with its own number"},
    {"already_checked_in", "checked in elsewhere"},
}};
constexpr std::array<const char*, 6> printer_states{"ok",         "paper_near_end", "paper_out",
                                                    "cover_open", "cutter_error",   "unplugged"};
constexpr std::array<std::pair<const char*, Network>, 3> networks{
    {{"up", Network::up}, {"slow", Network::slow}, {"down", Network::down}}};

constexpr int panel_width = 1500;
constexpr int paper_width = 640;
constexpr int paper_height = 1180;

ui::Chosen chosen(bool yes) {
  return yes ? ui::Chosen::yes : ui::Chosen::no;
}

ui::Node title(const char* text) {
  return ui::text(text, {.color = ui::Color::ink2, .font_size = 34, .weight = ui::Weight::bold});
}

ui::Node small_button(std::string action, std::string text, ui::Chosen is) {
  ui::Node node = ui::pill(std::move(action), std::move(text), is);
  node.style.height = 76;
  node.style.font_size = 30;
  node.style.padding = ui::sides(0, 24);
  node.style.grow = 1;
  return node;
}

/// Rows of at most `columns` buttons of equal width.
ui::Node grid(std::vector<ui::Node> buttons, std::size_t columns) {
  ui::Nodes rows;
  for (std::size_t i = 0; i < buttons.size(); i += columns) {
    ui::Nodes cells;
    for (std::size_t k = i; k < std::min(i + columns, buttons.size()); ++k) {
      cells.push_back(std::move(buttons[k]));
    }
    rows.push_back(ui::row({.gap = 14}, std::move(cells)));
  }
  return ui::column({.gap = 14}, std::move(rows));
}

std::string words(std::string text) {
  for (char& c : text) {
    if (c == '_') c = ' ';
  }
  return text;
}

std::shared_ptr<const ui::Bitmap> bitmap_of(const emulators::Ticket& ticket) {
  auto bitmap = std::make_shared<ui::Bitmap>();
  bitmap->width = ticket.width_dots;
  bitmap->height = ticket.rows;
  for (int y = 0; y < ticket.rows; ++y) {
    for (int x = 0; x < ticket.width_dots; ++x) {
      bitmap->grey.push_back(ticket.dot(x, y) ? 0 : 255);
    }
  }
  return bitmap;
}

}  // namespace

Tray::Tray(World& world) : world_(world) {
  if (world.hospital() == nullptr) return;
  world.hospital()->with_hospital([&](emulators::Hospital& hospital) {
    for (const Story& story : stories)
      hands_.push_back({hospital.demo_person(story.story), story.about});
    for (const Story& story : code_stories) {
      hands_.push_back({hospital.demo_person(story.story), story.about});
    }
  });
}

screens::Panel Tray::panel() {
  screens::Panel panel;
  panel.width = panel_width;
  panel.tree = [this] { return tree(); };
  panel.tapped = [this](const std::string& action) { tapped(action); };
  return panel;
}

ui::Node Tray::cards() {
  std::vector<ui::Node> buttons;
  for (std::size_t i = 0; i < std::min(stories.size(), hands_.size()); ++i) {
    const std::string action = "lay:" + std::to_string(i);
    buttons.push_back(small_button(action, hands_[i].person.name + " · " + hands_[i].about,
                                   chosen(lying_ == action)));
  }
  if (!hands_.empty()) {
    buttons.push_back(small_button("damaged", "a damaged card", chosen(lying_ == "damaged")));
  }
  ui::Node lift = small_button("lift", "lift the card", ui::Chosen::no);
  if (lying_.empty()) lift = ui::disabled(std::move(lift));
  buttons.push_back(std::move(lift));
  return ui::column({.gap = 14},
                    {title("LAY AN ID CARD ON THE READER"), grid(std::move(buttons), 1)});
}

ui::Node Tray::codes() {
  std::vector<ui::Node> buttons;
  for (std::size_t i = stories.size(); i < hands_.size(); ++i) {
    buttons.push_back(small_button("show:" + std::to_string(i),
                                   hands_[i].person.booking + " · " + hands_[i].about,
                                   ui::Chosen::no));
  }
  buttons.push_back(small_button("unknown", "some other code", ui::Chosen::no));
  return ui::column({.gap = 14},
                    {title("SHOW A CODE TO THE SCANNER"), grid(std::move(buttons), 1)});
}

ui::Node Tray::printer() {
  const std::string now = world_.printer_state();
  std::vector<ui::Node> buttons;
  for (const char* state : printer_states) {
    buttons.push_back(
        small_button(std::string("printer:") + state, words(state), chosen(now == state)));
  }
  return ui::column({.gap = 14}, {title("PRINTER"), grid(std::move(buttons), 3)});
}

ui::Node Tray::network() {
  std::vector<ui::Node> buttons;
  for (const auto& [name, state] : networks) {
    buttons.push_back(
        small_button(std::string("network:") + name, name, chosen(world_.network() == state)));
  }
  return ui::column({.gap = 14}, {title("NETWORK TO THE HOSPITAL"), grid(std::move(buttons), 3)});
}

ui::Node Tray::paper() {
  const std::vector<emulators::Ticket> tickets = world_.tickets();
  ui::Nodes parts{title("PAPER FROM THE PRINTER")};
  if (tickets.empty()) {
    parts.push_back(ui::text("no ticket yet", {.color = ui::Color::ink2, .font_size = 34}));
  } else {
    ui::Node picture = ui::bitmap(bitmap_of(tickets.back()), paper_width, paper_height);
    picture.style.border = 2;
    picture.style.border_color = ui::Color::line;
    parts.push_back(std::move(picture));
  }
  return ui::column({.gap = 14}, std::move(parts));
}

ui::Node Tray::tree() {
  ui::Nodes hands{ui::text("Device tray", {.font_size = 52, .weight = ui::Weight::bold}),
                  ui::text("What patients, staff and the world do to the kiosk.",
                           {.color = ui::Color::ink2, .font_size = 32})};
  ui::Nodes machines;
  if (hands_.empty()) {
    hands.push_back(ui::text("With --server, cards and codes come through the automation socket.",
                             {.color = ui::Color::ink2, .font_size = 34}));
  } else {
    hands.push_back(cards());
    hands.push_back(codes());
    machines.push_back(network());
  }
  machines.push_back(printer());
  machines.push_back(paper());
  ui::Node tree = ui::row({.gap = 56, .padding = ui::sides(40, 48), .fill = ui::Color::card},
                          {ui::column({.gap = 30, .grow = 1}, std::move(hands)),
                           ui::column({.gap = 30, .width = paper_width}, std::move(machines))});
  tree.role = ui::Role::screen;
  return tree;
}

void Tray::lay(std::size_t index, bool damaged) {
  if (index >= hands_.size()) return;
  const emulators::DemoPerson& person = hands_[index].person;
  Card card;
  card.document = person.document;
  card.number = person.number;
  card.name = person.name;
  card.damaged = damaged;
  if (world_.lay(card)) lying_ = damaged ? "damaged" : "lay:" + std::to_string(index);
}

void Tray::tapped(const std::string& action) {
  const std::size_t colon = action.find(':');
  const std::string what = action.substr(0, colon);
  const std::string which = colon == std::string::npos ? "" : action.substr(colon + 1);
  std::size_t index = 0;
  std::from_chars(which.data(), which.data() + which.size(), index);
  if (what == "lay") {
    lay(index, false);
  } else if (what == "damaged") {
    lay(0, true);
  } else if (what == "lift") {
    world_.lift();
    lying_.clear();
  } else if (what == "show" && index < hands_.size()) {
    world_.scan(hands_[index].person.booking);
  } else if (what == "unknown") {
    world_.scan("https://example.org/a-poster-on-the-wall");
  } else if (what == "printer") {
    [[maybe_unused]] const auto set = world_.set_printer(which);
  } else if (what == "network") {
    for (const auto& [name, state] : networks) {
      if (which == name) [[maybe_unused]]
        const auto set = world_.set_network(state);
    }
  }
}

}  // namespace demo
