// How many bad pictures of codes we read, how fast, and whether wrongly; beside zbar and zxing-wasm
// on the same frames. See the script `run` for the options. (quirc is not packaged in Debian.)
#include <time.h>
#include <zbar.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "drivers/camera/decoder_process.h"
#include "tests/bench/camera/generator.h"

namespace {

using namespace bench::camera;
using namespace drivers::camera;
using nlohmann::json;

struct Options {
  std::string out = "bench.json";
  int frames = 4;  ///< of each symbology and degradation
  std::uint64_t seed = 1;
  std::string wasm;  ///< command that reads frames and writes lines; empty: without
  std::string dump;  ///< folder to write the frames to instead of reading them
};

/// What one reader made of one frame.
struct Answer {
  std::string text;  ///< empty: nothing
  double cpu_ms = 0;
};

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

class Zbar {
 public:
  Zbar() {
    scanner_.set_config(zbar::ZBAR_NONE, zbar::ZBAR_CFG_ENABLE, 0);
    for (const auto type :
         {zbar::ZBAR_QRCODE, zbar::ZBAR_CODE128, zbar::ZBAR_CODE39, zbar::ZBAR_PDF417}) {
      scanner_.set_config(type, zbar::ZBAR_CFG_ENABLE, 1);
    }
  }
  Answer read(const Grey& frame) {
    const double begin = cpu_ms();
    zbar::Image image(unsigned(frame.width), unsigned(frame.height), "Y800", frame.pixels.data(),
                      frame.pixels.size());
    scanner_.scan(image);
    Answer answer;
    for (auto symbol = image.symbol_begin(); symbol != image.symbol_end(); ++symbol) {
      answer.text = symbol->get_data();
    }
    image.set_data(nullptr, 0);
    answer.cpu_ms = cpu_ms() - begin;
    return answer;
  }

 private:
  zbar::ImageScanner scanner_;
};

Answer ours(DecoderProcess& decoder, const Grey& grey) {
  Frame frame{PixelFormat::grey, grey.width, grey.height, grey.width, grey.pixels};
  const auto reply = decoder.decode(frame, Effort::everything, 0);
  if (!reply) {
    fmt::print(stderr, "ours: {}\n", reply.error().what);
    return {};
  }
  const bool read = reply->outcome == Outcome::code && reply->evidence == Evidence::firm;
  return {read ? reply->content : "", reply->cpu_us / 1000.0};
}

std::vector<std::pair<Symbology, Degradation>> cells() {
  std::vector<std::pair<Symbology, Degradation>> all;
  for (int symbology = 1; symbology < symbology_count; ++symbology) {
    for (int degradation = 0; degradation < degradation_count; ++degradation) {
      all.emplace_back(static_cast<Symbology>(symbology), static_cast<Degradation>(degradation));
    }
  }
  return all;
}

/// Frames read and wrong, and CPU times, of one reader over some frames.
struct Tally {
  int frames = 0;
  int read = 0;
  int wrong = 0;
  std::vector<double> times;

  void add(const Sample& sample, const Answer& answer) {
    ++frames;
    times.push_back(answer.cpu_ms);
    if (answer.text.empty()) return;
    ++(answer.text == sample.text ? read : wrong);
  }
  double percent() const { return frames == 0 ? 0 : 100.0 * read / frames; }
  double median() const {
    if (times.empty()) return 0;
    std::vector<double> sorted = times;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
};

/// Of one reader: [symbology][degradation].
using Table = std::array<std::array<Tally, degradation_count>, symbology_count>;

template <typename Wanted>
Tally sum(const Table& table, Wanted wanted) {
  Tally all;
  for (int s = 1; s < symbology_count; ++s) {
    for (int d = 0; d < degradation_count; ++d) {
      if (!wanted(static_cast<Symbology>(s), static_cast<Degradation>(d))) continue;
      const Tally& one = table[std::size_t(s)][std::size_t(d)];
      all.frames += one.frames;
      all.read += one.read;
      all.wrong += one.wrong;
      all.times.insert(all.times.end(), one.times.begin(), one.times.end());
    }
  }
  return all;
}

bool is_hard(Degradation degradation) {
  return int(degradation) < hard_count;
}

Tally hard_of(const Table& table, Symbology symbology) {
  return sum(table, [&](Symbology s, Degradation d) { return s == symbology && is_hard(d); });
}

void print_table(const std::string& who, const Table& table) {
  fmt::print("\n{:<14}", who);
  for (int s = 1; s < symbology_count; ++s) {
    fmt::print("{:>18}", drivers::camera::name_of(static_cast<Symbology>(s)));
  }
  fmt::print("   (read %, wrong, median CPU ms)\n");
  for (int d = 0; d < degradation_count; ++d) {
    fmt::print("{:<14}", bench::camera::name_of(static_cast<Degradation>(d)));
    for (int s = 1; s < symbology_count; ++s) {
      const Tally& one = table[std::size_t(s)][std::size_t(d)];
      fmt::print("{:>6.0f} {:>3} {:>7.1f}", one.percent(), one.wrong, one.median());
    }
    fmt::print("\n");
  }
  fmt::print("{:<14}", "hard, all");
  for (int s = 1; s < symbology_count; ++s) {
    const Tally one = hard_of(table, static_cast<Symbology>(s));
    fmt::print("{:>6.0f} {:>3} {:>7.1f}", one.percent(), one.wrong, one.median());
  }
  const Tally all = sum(table, [](Symbology, Degradation d) { return is_hard(d); });
  fmt::print("   overall {:.1f} %, {} wrong\n", all.percent(), all.wrong);
}

/// Rows in the form of tests/bench/bench.cpp; `at_most` bars, or `at_least`.
class Rows {
 public:
  void at_most(const std::string& name, double value, const char* unit, double bar) {
    add(name, value, unit, "", json(), bar, value <= bar);
  }
  void at_least(const std::string& name, double value, const char* unit, double bar) {
    add(name, value, unit, "", json(), bar, value >= bar);
  }
  void ahead(const std::string& name, double value, const std::string& who, double peer) {
    add(name, value, "%", fmt::format("{} {:.3g}", who, peer),
        peer == 0 ? json() : json(value / peer), 1, value > peer || value == 100);
  }
  /// Adds to what is in the file already, in place of rows of the same name.
  int write(const std::string& path) const {
    json all = json::array();
    if (std::ifstream before(path); before) {
      const json read = json::parse(before, nullptr, false);
      for (const json& row : read.is_array() ? read : json::array()) {
        if (!row.value("name", "").starts_with("camera: ")) all.push_back(row);
      }
    }
    int bad = 0;
    for (const json& row : rows_) {
      bad += row["ok"] == true ? 0 : 1;
      all.push_back(row);
    }
    std::ofstream(path) << all.dump(2) << "\n";
    fmt::print("{} figures of the camera, {} beyond their bar; {}\n", rows_.size(), bad, path);
    return bad == 0 ? 0 : 1;
  }

 private:
  void add(const std::string& name, double value, const std::string& unit, const std::string& peer,
           const json& ratio, double bar, bool ok) {
    rows_.push_back({{"name", "camera: " + name},
                     {"value", value},
                     {"unit", unit},
                     {"peer", peer},
                     {"ratio", ratio},
                     {"bar", bar},
                     {"ok", ok}});
    fmt::print("{:<52} {:>8.2f} {:<7}{:<20} {}\n", "camera: " + name, value, unit, peer,
               ok ? "ok" : fmt::format("BEYOND {}", bar));
  }
  json rows_ = json::array();
};

int judge(const std::map<std::string, Table>& tables, const std::string& out) {
  Rows rows;
  const Table& mine = tables.at("ours");
  const Tally hard = sum(mine, [](Symbology, Degradation d) { return is_hard(d); });
  rows.at_least("hard frames read", hard.percent(), "%", 75);
  const Tally all = sum(mine, [](Symbology, Degradation) { return true; });
  rows.at_most("wrong reads", all.wrong, "frames", 0);
  const auto only = [&](Degradation which) {
    return sum(mine, [&](Symbology, Degradation d) { return d == which; });
  };
  rows.at_most("CPU on an easy frame", only(Degradation::easy).median(), "ms", 10);
  rows.at_most("CPU on an empty frame", only(Degradation::empty).median(), "ms", 12);
  rows.at_least("easy frames read", only(Degradation::easy).percent(), "%", 100);
  for (int s = 1; s < symbology_count; ++s) {
    const auto symbology = static_cast<Symbology>(s);
    for (const auto& [who, table] : tables) {
      if (who == "ours") continue;
      const std::string name = drivers::camera::name_of(symbology);
      rows.ahead("hard frames of " + name + ", beside " + who, hard_of(mine, symbology).percent(),
                 who, hard_of(table, symbology).percent());
    }
  }
  return rows.write(out);
}

/// The program that reads frames from its standard input and writes a line for each: the text in
/// hexadecimal, a tab, CPU milliseconds.
class Peer {
 public:
  Peer(const std::string& command, std::string answers)
      : answers_(std::move(answers)), pipe_(popen((command + " > " + answers_).c_str(), "w")) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() { std::filesystem::remove(answers_); }

  void give(const Grey& frame) {
    if (pipe_ != nullptr) std::fwrite(frame.pixels.data(), 1, frame.pixels.size(), pipe_);
  }
  std::vector<Answer> take() {
    if (pipe_ == nullptr || pclose(pipe_) != 0) fmt::print(stderr, "zxing-wasm: ended badly\n");
    std::vector<Answer> answers;
    std::ifstream file(answers_);
    for (std::string line; std::getline(file, line);) {
      const std::size_t tab = line.find('\t');
      Answer answer;
      for (std::size_t i = 0; i + 1 < tab; i += 2) {
        answer.text += static_cast<char>(std::stoi(line.substr(i, 2), nullptr, 16));
      }
      answer.cpu_ms = std::stod(line.substr(tab + 1));
      answers.push_back(answer);
    }
    return answers;
  }

 private:
  std::string answers_;
  FILE* pipe_;
};

void dump(const Options& options) {
  std::filesystem::create_directories(options.dump);
  std::ofstream truth(options.dump + "/truth.tsv");
  for (const auto& [symbology, degradation] : cells()) {
    for (int i = 0; i < options.frames; ++i) {
      const Sample sample = make_sample(symbology, degradation, options.seed + std::uint64_t(i));
      std::string name = fmt::format("{}-{}-{}.pgm", drivers::camera::name_of(symbology),
                                     bench::camera::name_of(degradation), i);
      std::replace(name.begin(), name.end(), ' ', '_');
      truth << name << '\t' << sample.text << '\n';
      std::ofstream file(options.dump + "/" + name, std::ios::binary);
      file << fmt::format("P5\n{} {}\n255\n", sample.frame.width, sample.frame.height);
      file.write(reinterpret_cast<const char*>(sample.frame.pixels.data()),
                 static_cast<std::streamsize>(sample.frame.pixels.size()));
    }
  }
}

int measure(const Options& options) {
  constexpr kiosk::Milliseconds limit{10'000};
  auto decoder = DecoderProcess::start(decoder_program(), limit);
  if (!decoder) {
    fmt::print(stderr, "{}\n", decoder.error().what);
    return 1;
  }
  std::unique_ptr<Peer> wasm;
  if (!options.wasm.empty()) {
    wasm = std::make_unique<Peer>(options.wasm, options.out + ".wasm.tsv");
  }
  Zbar zbar;
  std::map<std::string, Table> tables;
  std::vector<Sample> samples;
  for (const auto& cell : cells()) {
    const auto symbology = cell.first;  // clang 14 captures no structured bindings
    const auto degradation = cell.second;
    for (int i = 0; i < options.frames; ++i) {
      Sample sample = make_sample(symbology, degradation, options.seed + std::uint64_t(i));
      const auto add = [&](const char* who, const Answer& answer) {
        tables[who][std::size_t(symbology)][std::size_t(degradation)].add(sample, answer);
      };
      add("ours", ours(*decoder, sample.frame));
      add("zbar", zbar.read(sample.frame));
      if (wasm) wasm->give(sample.frame);
      sample.frame = {};
      sample.symbology = symbology;
      samples.push_back(std::move(sample));
    }
  }
  if (wasm) {
    const std::vector<Answer> answers = wasm->take();
    for (std::size_t i = 0; i < std::min(answers.size(), samples.size()); ++i) {
      const Sample& sample = samples[i];
      tables["zxing-wasm"][std::size_t(sample.symbology)][std::size_t(sample.degradation)].add(
          sample, answers[i]);
    }
    if (answers.size() != samples.size()) return 1;
  }
  for (const auto& [who, table] : tables) print_table(who, table);
  fmt::print("\nquirc is not packaged in Debian 12: not measured\n");
  const auto& counts = decoder->counts();
  fmt::print("{} frames, {} deaths of the decoder, {} timeouts\n\n", counts.frames, counts.deaths,
             counts.timeouts);
  return judge(tables, options.out);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const std::string value = argv[i + 1];
    if (name == "--out") options.out = value;
    if (name == "--frames") options.frames = std::stoi(value);
    if (name == "--seed") options.seed = std::stoull(value);
    if (name == "--wasm") options.wasm = value;
    if (name == "--dump") options.dump = value;
  }
  if (options.dump.empty()) return measure(options);
  dump(options);
  return 0;
}
