#include "kiosk/app/ticket_printer.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "kiosk/app/cups_place.h"
#include "kiosk/shell/log.h"
#include "printing/escpos_raster.h"

namespace kiosk::app {
namespace {

Result<std::string> read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail("app", "template", "cannot read " + path);
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

Result<printing::Template> load_template(const std::string& path) {
  const auto text = read_text(path);
  if (!text) return pass_on(text.error());
  auto parsed = printing::parse_template(*text);
  if (!parsed) return fail(path, parsed.error());
  // What prints nothing is said and printed around, as a designer's preview does; a value that
  // nobody gives is a mistake that a patient would find.
  for (const printing::Complaint& complaint : printing::check(*parsed, ticket_value_names())) {
    const std::string what =
        fmt::format("{}:{}:{}: {}", path, complaint.line, complaint.column, complaint.what);
    const auto& own = parsed->complaints;
    if (std::find(own.begin(), own.end(), complaint) == own.end()) {
      return fail("app", "template", what);
    }
    shell::log(shell::Severity::warning, "template", {{"what", what}});
  }
  return parsed;
}

const char* title_of(shell::StaffList list) {
  switch (list) {
    case shell::StaffList::unacknowledged:
      return "Arrivals the server has not confirmed";
    case shell::StaffList::refused:
      return "Arrivals the server refused";
    case shell::StaffList::held:
      return "Tickets held for patients";
  }
  return "";
}

}  // namespace

Result<Catalogues> load_catalogues(const shell::Config& config) {
  Catalogues catalogues;
  for (const journeys::Language& language : config.rules.languages) {
    auto loaded = screens::ui::Catalogue::load(config.locale_folder + "/" + language.tag + ".mo");
    if (!loaded) return pass_on(loaded.error());
    catalogues[language.tag] = std::move(*loaded);
  }
  return catalogues;
}

text::FontList font_list(const shell::Config& config, text::Pitch pitch) {
  if (config.fonts.empty()) return text::debian_fonts(pitch);
  text::FontList list;
  for (const shell::FontFile& file : config.fonts) {
    text::FontFile font;
    font.regular = file.regular;
    font.bold = file.bold;
    font.index = file.index;
    list.push_back(std::move(font));
  }
  return list;
}

Result<std::unique_ptr<TicketPrinter>> TicketPrinter::create(const shell::Config& config,
                                                             const Catalogues& catalogues) {
  auto fonts = text::Fonts::create(font_list(config, text::Pitch::proportional));
  if (!fonts) return fail("fonts for paper", fonts.error());
  std::unique_ptr<TicketPrinter> printer(new TicketPrinter(config, catalogues, std::move(*fonts)));
  for (const auto& [language, path] : config.ticket_templates) {
    auto loaded = load_template(path);
    if (!loaded) return pass_on(loaded.error());
    printer->templates_[language] = std::move(*loaded);
  }
  if (printer->templates_.empty()) return fail("app", "template", "no ticket template configured");
  return printer;
}

Result<Bytes> TicketPrinter::encoded(const printing::Template& document,
                                     const printing::Values& values) {
  const auto picture = printing::render(document, values, fonts_, profile_.width_dots);
  if (!picture) return pass_on(picture.error());
  const shell::PrinterPlace& place = config_.devices.printer;
  if (place.kind == shell::PrinterKind::cups) return printing::encode(*picture, sheet_of(place));
  return printing::encode(*picture, profile_);
}

Result<Bytes> TicketPrinter::ticket(const domain::PrintJob& job, const Now& now) {
  static const screens::ui::Catalogue english;
  auto document = templates_.find(job.check_in.language);
  if (document == templates_.end()) document = templates_.begin();
  const auto texts = catalogues_.find(document->first);
  const auto values =
      ticket_values(config_, job, texts == catalogues_.end() ? english : texts->second, now);
  auto bytes = encoded(document->second, values);
  if (!bytes) return fail("ticket", bytes.error());
  return bytes;
}

Result<Bytes> TicketPrinter::test_page(const Now& now) {
  const journeys::Rules& rules = config_.rules;
  const domain::LocalTime local = domain::local_time(rules.zone, now.instant);
  printing::Values values;
  values["title"] = fmt::format("Kiosk {}", rules.kiosk_code);
  values["width"] =
      fmt::format("{} dots; both ends of the line are within the paper:", profile_.width_dots);
  values["sample"] = "0123456789 AaBbGg 王芳 𠮷䶮㛃𬱖 买买提";
  values["when"] = domain::iso(local.date) + " " + domain::clock(local.time);
  values["code"] = "TEST-" + rules.kiosk_code;
  const auto document = printing::parse_template(
      "^^\"$title$\"\n$when$\n\n$width$\n{border:line}\n-\n$sample$\n"
      "^^^\"K1-017\"\n{code:$code$;option:qrcode,5,m}\n");
  if (!document) return pass_on(document.error());
  return encoded(*document, values);
}

Result<Bytes> TicketPrinter::list(shell::StaffList which,
                                  const std::vector<shell::ListedItem>& items, const Now& now) {
  const journeys::Rules& rules = config_.rules;
  const auto texts = catalogues_.find(rules.languages.front().tag);
  const screens::ui::Catalogue english;
  const auto& catalogue = texts == catalogues_.end() ? english : texts->second;
  std::string source = "^^\"$title$\"\n$kiosk$  $printed_at$\n---\n";
  printing::Values values;
  values["title"] = catalogue.tr(title_of(which));
  values["kiosk"] = catalogue.tr("Kiosk {code}", {{"code", rules.kiosk_code}});
  const domain::LocalTime local = domain::local_time(rules.zone, now.instant);
  values["printed_at"] = domain::iso(local.date) + " " + domain::clock(local.time);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const shell::ListedItem& item = items[i];
    source += fmt::format("|\"$number{}$\" $who{}$ |\n|$what{}$ |\n", i, i, i);
    values[fmt::format("number{}", i)] = item.number;
    values[fmt::format("who{}", i)] = item.name;
    std::string what = item.appointment_id;
    if (item.confirmed_at) {
      what = domain::clock(domain::local_time(rules.zone, *item.confirmed_at).time) + "  " + what;
    }
    if (!item.reason.empty()) what += "  " + item.reason;
    values[fmt::format("what{}", i)] = what;
  }
  if (items.empty()) {
    source += "$none$\n";
    values["none"] = catalogue.tr("None");
  }
  const auto document = printing::parse_template(source);
  if (!document) return pass_on(document.error());
  return encoded(*document, values);
}

}  // namespace kiosk::app
