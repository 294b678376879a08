#include "kiosk/domain/masked_words.h"

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

namespace kiosk::domain {
namespace {

constexpr std::size_t digits_shown_max = 5;
constexpr std::size_t quoted_bytes_max = 200;    ///< of a text in single quotes
constexpr std::size_t separators_max = 3;        ///< "(139) - 0555"
constexpr std::size_t matched_anywhere_min = 4;  ///< shorter values must stand alone
constexpr std::string_view separators = " -./()+_,";
constexpr std::array<std::string_view, 12> months = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_letter(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}

bool is_beyond_ascii(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

bool in_word(char c) {
  return is_digit(c) || is_letter(c) || is_beyond_ascii(c);
}

bool is_separator(char c) {
  return separators.find(c) != std::string_view::npos;
}

bool is_month(const std::string& word) {
  return std::any_of(months.begin(), months.end(), [&](std::string_view month) {
    return word == month || word == month.substr(0, 3) || word == "sept";
  });
}

/// A text and which of its bytes are hidden.
class Hiding {
 public:
  explicit Hiding(std::string_view words) : text(words), hidden_(words.size()) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return static_cast<unsigned char>(c) < 0x20 ? ' ' : c; });
  }

  void hide(std::size_t begin, std::size_t end) {
    std::fill(hidden_.begin() + static_cast<std::ptrdiff_t>(begin),
              hidden_.begin() + static_cast<std::ptrdiff_t>(end), true);
  }

  char at(std::size_t i) const { return i < text.size() ? text[i] : ' '; }
  char before(std::size_t i) const { return i > 0 ? text[i - 1] : ' '; }

  template <typename Is>
  std::size_t end_of(std::size_t i, Is is) const {
    while (i < text.size() && is(text[i])) ++i;
    return i;
  }

  /// What is shown: one sign for each run that is hidden.
  std::string shown() const {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (!hidden_[i]) out += text[i];
      if (hidden_[i] && (i == 0 || !hidden_[i - 1])) out += '#';
    }
    return out;
  }

  std::string text;

 private:
  std::vector<bool> hidden_;
};

void hide_quoted(Hiding& words) {
  const std::string& text = words.text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char quote = text[i];
    if (quote == '"') {
      const auto end = std::min(text.find('"', i + 1), text.size());
      words.hide(i + 1, end);
      i = end;
    } else if ((quote == '\'' || quote == '`') && !in_word(words.before(i))) {
      auto end = i + 1;
      const auto last = std::min(text.size(), end + quoted_bytes_max);
      while (end < last && (text[end] != quote || in_word(words.at(end + 1)))) ++end;
      if (end >= last) continue;  // an apostrophe
      words.hide(i + 1, end);
      i = end;
    }
  }
}

/// Names in other scripts or with accents, e-mail addresses, and what stands escaped in a URL, in
/// JSON or in HTML.
void hide_strange_words(Hiding& words) {
  const auto of_word = [](char c) {
    return in_word(c) || std::string_view(".'-_@%\\&#;").find(c) != std::string_view::npos;
  };
  const auto strange = [](char c) {
    return is_beyond_ascii(c) || c == '@' || c == '%' || c == '\\' || c == '&';
  };
  for (std::size_t i = 0; i < words.text.size(); ++i) {
    const auto end = words.end_of(i, of_word);
    const auto from = words.text.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::any_of(from, from + static_cast<std::ptrdiff_t>(end - i), strange)) words.hide(i, end);
    i = end;
  }
}

/// Digits and names of months with nothing but separators between them.
struct NumberRun {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t digits = 0;
  std::size_t groups = 0;
  std::size_t months = 0;

  bool is_named_date() const { return months > 0 && digits > 0; }
  bool may_be_data() const {
    return digits > digits_shown_max || (groups >= 3 && digits >= 4) || is_named_date();
  }
};

/// The end of the group of digits or the month's name at `i`; `i` where there is none.
std::size_t take_group(const Hiding& words, std::size_t i, NumberRun& run) {
  const auto digits_end = words.end_of(i, is_digit);
  if (digits_end > i) {
    run.digits += digits_end - i;
    ++run.groups;
    constexpr std::array ordinals = {"st", "nd", "rd", "th"};
    for (const std::string_view one : ordinals)
      if (words.text.compare(digits_end, 2, one) == 0 && !is_letter(words.at(digits_end + 2)))
        return digits_end + 2;
    return digits_end;
  }
  if (is_letter(words.before(i))) return i;
  const auto end = words.end_of(i, is_letter);
  std::string word = words.text.substr(i, end - i);
  std::transform(word.begin(), word.end(), word.begin(), lower);
  if (!is_month(word)) return i;
  ++run.months;
  return end;
}

void hide_numbers(Hiding& words, const std::function<bool(const NumberRun&)>& unwanted) {
  std::size_t i = 0;
  while (i < words.text.size()) {
    NumberRun run;
    run.begin = i;
    run.end = take_group(words, i, run);
    if (run.end == i) {
      ++i;
      continue;
    }
    while (true) {
      const auto next = words.end_of(run.end, is_separator);
      if (next - run.end > separators_max) break;
      const auto end = take_group(words, next, run);
      if (end == next) break;
      run.end = end;
    }
    if (unwanted(run)) words.hide(run.begin, run.end);
    i = run.end;
  }
}

/// Where a value may begin and end.
enum class Stands { anywhere, alone };

/// The text in small letters and without separators, to find what is written with others.
struct Joined {
  explicit Joined(std::string_view words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (is_separator(words[i])) continue;
      text += lower(words[i]);
      at.push_back(i);
    }
  }

  std::string text;
  std::vector<std::size_t> at;  ///< where each byte stands in the words
};

void hide_value(Hiding& words, const Joined& joined, std::string_view value, Stands stands) {
  const std::string wanted = Joined(value).text;
  if (wanted.empty()) return;
  const auto parted = [](char a, char b) {
    return !(is_digit(a) && is_digit(b)) && !(is_letter(a) && is_letter(b));
  };
  for (auto i = joined.text.find(wanted); i != std::string::npos;
       i = joined.text.find(wanted, i + 1)) {
    const auto begin = joined.at[i];
    const auto end = joined.at[i + wanted.size() - 1] + 1;
    const bool alone = parted(words.before(begin), words.text[begin]) &&
                       parted(words.text[end - 1], words.at(end));
    if (alone || stands == Stands::anywhere) words.hide(begin, end);
  }
}

void hide_all(Hiding& words, const Joined& joined, std::string_view value) {
  const auto length = Joined(value).text.size();
  hide_value(words, joined, value,
             length >= matched_anywhere_min ? Stands::anywhere : Stands::alone);
}

/// Two characters of a name in another script are a part of it, and longer parts hold such.
void hide_parts_beyond_ascii(Hiding& words, std::string_view part) {
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < part.size(); ++i)
    if ((static_cast<unsigned char>(part[i]) & 0xC0) != 0x80) starts.push_back(i);
  starts.push_back(part.size());
  for (std::size_t i = 0; i + 2 < starts.size(); ++i) {
    const auto two = part.substr(starts[i], starts[i + 2] - starts[i]);
    for (auto at = words.text.find(two); at != std::string::npos; at = words.text.find(two, at + 1))
      words.hide(at, at + two.size());
  }
}

void hide_name(Hiding& words, const Joined& joined, const std::string& name) {
  hide_value(words, joined, name, Stands::alone);
  const auto of_part = [](char c) { return is_letter(c) || is_beyond_ascii(c); };
  for (std::size_t i = 0; i < name.size(); ++i) {
    auto end = i;
    while (end < name.size() && of_part(name[end])) ++end;
    const std::string_view part = std::string_view(name).substr(i, end - i);
    if (std::all_of(part.begin(), part.end(), is_beyond_ascii))
      hide_parts_beyond_ascii(words, part);
    else if (part.size() > 1)
      hide_all(words, joined, part);
    i = end;
  }
}

std::string padded(int number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

void hide_birth_date(Hiding& words, const Joined& joined, const Date& date) {
  const auto hide = [&](const std::string& year, const std::string& month, const std::string& day) {
    for (const auto& form : {year + month + day, day + month + year, month + day + year})
      hide_value(words, joined, form, Stands::alone);
    hide_value(words, joined, year + "年" + month + "月" + day, Stands::alone);
  };
  for (const auto& year : {std::to_string(date.year), padded(date.year % 100)}) {
    hide(year, padded(date.month), padded(date.day));
    hide(year, std::to_string(date.month), std::to_string(date.day));
  }
  hide_numbers(words, [](const NumberRun& run) { return run.is_named_date(); });
}

}  // namespace

std::string masked_words(std::string_view words) {
  Hiding hiding(words);
  hide_quoted(hiding);
  hide_strange_words(hiding);
  hide_numbers(hiding, [](const NumberRun& run) { return run.may_be_data(); });
  return hiding.shown();
}

std::string without_person(std::string_view words, const Person& person) {
  Hiding hiding(words);
  const Joined joined(hiding.text);
  hide_name(hiding, joined, person.name);
  if (person.birth_date) hide_birth_date(hiding, joined, *person.birth_date);
  for (const auto& identifier : person.identifiers) hide_all(hiding, joined, identifier.value);
  for (const auto& phone : person.phones) hide_all(hiding, joined, phone);
  return hiding.shown();
}

}  // namespace kiosk::domain
