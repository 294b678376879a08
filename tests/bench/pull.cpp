// The day's first download of a large hospital, as the sync engine and the ledger do it. The
// hospital is a process of its own, so that neither its time nor its memory counts.
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>

#include "kiosk/store/ledger.h"
#include "kiosk/sync/engine.h"
#include "kiosk/sync/fhir_read.h"
#include "tests/bench/report.h"
#include "tests/emulators/hospital.h"

namespace bench {
namespace {

using namespace kiosk;

constexpr const char* base_url = "http://127.0.0.1/fhir";
constexpr const char* content_type = "Content-Type";
constexpr int people = 8'910;  // who have 10,000 appointments
constexpr Instant morning{Milliseconds(1795398060000)};

/// Whole texts over a socket.
class Wire {
 public:
  explicit Wire(int socket) : socket_(socket) {}
  ~Wire() { close(socket_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  void put(const std::string& text) const {
    const std::uint64_t size = text.size();
    whole(const_cast<std::uint64_t*>(&size), sizeof size, ::write);
    whole(const_cast<char*>(text.data()), text.size(), ::write);
  }
  /// False at the other's end.
  bool get(std::string& text) const {
    std::uint64_t size = 0;
    if (!whole(&size, sizeof size, ::read)) return false;
    text.resize(size);
    return whole(text.data(), size, ::read);
  }

 private:
  template <typename Call>
  bool whole(void* at, std::size_t size, Call call) const {
    for (auto* byte = static_cast<char*>(at); size > 0;) {
      const auto done = call(socket_, byte, size);
      if (done <= 0) return false;
      byte += done;
      size -= std::size_t(done);
    }
    return true;
  }
  int socket_;
};

class HospitalProcess {
 public:
  HospitalProcess() {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) std::exit(1);
    child_ = fork();
    if (child_ == 0) {
      close(ends[0]);
      serve(Wire(ends[1]));
      _exit(0);
    }
    close(ends[1]);
    wire_ = std::make_unique<Wire>(ends[0]);
  }
  ~HospitalProcess() {
    wire_.reset();
    waitpid(child_, nullptr, 0);
  }
  HospitalProcess(const HospitalProcess&) = delete;
  HospitalProcess& operator=(const HospitalProcess&) = delete;

  sync::HttpResult answer(const sync::HttpRequest& request) {
    wire_->put(request.method);
    wire_->put(request.url);
    wire_->put(std::string(sync::header(request.headers, content_type)));
    wire_->put(request.body);
    sync::HttpResponse response;
    std::string status;
    if (!wire_->get(status) || !wire_->get(response.body)) std::exit(1);
    response.status = std::stoi(status);
    bytes_ += response.body.size();
    return {request.id, std::move(response), Milliseconds(1)};
  }
  std::size_t bytes() const { return bytes_; }

 private:
  static void serve(const Wire& wire) {
    emulators::HospitalOptions options;
    options.base_url = base_url;
    options.people = people;
    emulators::Hospital hospital(options, morning);
    sync::HttpRequest request;
    request.headers = {{content_type, ""}};
    while (wire.get(request.method) && wire.get(request.url) &&
           wire.get(request.headers.front().second) && wire.get(request.body)) {
      const auto outcome = hospital.answer(request, morning).outcome;
      const auto& response = std::get<sync::HttpResponse>(outcome);
      wire.put(std::to_string(response.status));
      wire.put(response.body);
    }
  }

  pid_t child_ = 0;
  std::unique_ptr<Wire> wire_;
  std::size_t bytes_ = 0;
};

double cpu_ms() {
  timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return double(spent.tv_sec) * 1e3 + double(spent.tv_nsec) / 1e6;
}

/// A number of /proc/self/FILE, e.g. "VmRSS" in kB.
double told_by_kernel(const char* file, const std::string& name) {
  std::ifstream lines(std::string("/proc/self/") + file);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name + ":")) continue;
    return std::stod(line.substr(name.size() + 1));
  }
  fmt::print(stderr, "bench: no {} in {}\n", name, file);
  std::exit(1);
}

void forget_peak_of_memory() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

/// One kiosk's ledger and engine, stepped by hand.
class PullingKiosk {
 public:
  PullingKiosk(HospitalProcess& hospital, std::string file)
      : hospital_(hospital), file_(std::move(file)) {
    const auto vault = must(store::Vault::create(Bytes(32, 1), store::system_random()));
    ledger_ = must(store::Ledger::open({file_, vault, "K1", now_}));
    authorizer_ = must(sync::no_sign_in(base_url));
    const domain::Zone zone = {{Instant{}, Minutes(8 * 60)}};
    engine_ = must(sync::Engine::create({emulators::hospital_profile(base_url), zone, "K1"},
                                        *ledger_, *authorizer_, [] { return 0.5; }));
  }

  /// Steps until nothing is under way; the time of the engine and the ledger.
  double run() {
    double spent = 0;
    std::vector<sync::Input> inputs;
    do {
      const double begin = cpu_ms();
      auto out = engine_->step(now_, std::move(inputs));
      spent += cpu_ms() - begin;
      inputs.clear();
      for (const Error& error : out.errors) fmt::print(stderr, "bench: {}\n", error.what);
      for (const auto& request : out.requests) {
        ++requests_;
        inputs.emplace_back(hospital_.answer(request));
      }
    } while (!inputs.empty());
    return spent;
  }
  void pass(Milliseconds length) { now_.instant += length; }

  int requests() const { return requests_; }
  store::Ledger& ledger() { return *ledger_; }
  /// All that stands on the disk.
  std::string files() const {
    std::string all;
    for (const char* part : {"", "-wal"}) {
      std::ifstream file(file_ + part, std::ios::binary);
      all.append(std::istreambuf_iterator<char>(file), {});
    }
    return all;
  }

 private:
  HospitalProcess& hospital_;
  std::string file_;
  Now now_{morning, ClockTrust::server};
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<sync::Authorizer> authorizer_;
  std::unique_ptr<sync::Engine> engine_;
  int requests_ = 0;
};

/// All pages of the day, as they are read from the server.
double reading_ms(HospitalProcess& hospital) {
  const auto profile = emulators::hospital_profile(base_url);
  const domain::Zone zone = {{Instant{}, Minutes(8 * 60)}};
  const auto day = domain::day_of(zone, morning);
  auto request = sync::day_search(profile, zone, day.start, day.end + std::chrono::hours(24),
                                  sync::Includes::with);
  double spent = 0;
  while (true) {
    const auto result = hospital.answer(request);
    const auto& body = std::get<sync::HttpResponse>(result.outcome).body;
    const double begin = cpu_ms();
    const auto reading = must(sync::read_fhir(body));
    spent += cpu_ms() - begin;
    if (reading.next.empty()) return spent;
    request = sync::page_request(profile, reading.next);
  }
}

void nothing_new(Report& report, PullingKiosk& kiosk) {
  kiosk.pass(std::chrono::minutes(6));
  kiosk.run();
  const int requests = kiosk.requests();
  const std::string before = kiosk.files();
  kiosk.pass(std::chrono::minutes(1));
  kiosk.run();
  report.exactly("changes since, nothing new: requests", kiosk.requests() - requests, "", 1);
  const double changed = before == kiosk.files() ? 0 : 1;
  report.exactly("changes since, nothing new: files changed", changed, "", 0);
}

}  // namespace

void pull(Report& report, const std::string& folder) {
  HospitalProcess hospital;
  std::vector<double> times;
  for (int i = 0; i < 5; ++i) {
    PullingKiosk kiosk(hospital, fmt::format("{}/pull-{}.db", folder, i));
    forget_peak_of_memory();
    const double idle = told_by_kernel("status", "VmRSS");
    const std::size_t before = hospital.bytes();
    times.push_back(kiosk.run());
    if (i > 0) continue;
    const double memory_kib = told_by_kernel("status", "VmHWM") - idle;
    const auto rows = must(kiosk.ledger().status(morning));
    report.figure("first pull: appointments", double(rows.appointments), "rows", 0);
    report.figure("first pull: answers", double(hospital.bytes() - before) / 1e6, "MB", 0);
    report.figure("first pull: memory above idle", memory_kib / 1024, "MiB", 16);
    nothing_new(report, kiosk);
  }
  report.figure("first pull: CPU to read, seal and store", median(times), "ms", 300);
  report.figure("first pull: of this, to read", reading_ms(hospital), "ms", 0);
}

}  // namespace bench
