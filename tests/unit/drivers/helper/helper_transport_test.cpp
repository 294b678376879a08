#include "drivers/helper/helper_transport.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "drivers/id_card/helper_reader.h"
#include "drivers/usb/device_worker.h"
#include "tests/unit/drivers/id_card/card_vectors.h"
#include "tests/unit/drivers/usb/mailbox.h"

using namespace drivers;
using namespace drivers::id_card;
using namespace std::chrono_literals;
using helper::helper_transport;

namespace {

const std::string sample = KIOSK_SOURCE_DIR "/tests/emulators/helper/kiosk-sample-reader";
const std::string card =
    R"(card {"document":"resident","name":"测试甲","sex":"male","birth_date":"19900307",)"
    R"("number":"990101199003070015","valid_from":"20200101","valid_to":null})";

/// The sample program under a worker, as in the kiosk, and the FIFO that tells it what to do.
class Sample {
 public:
  explicit Sample(const std::string& at_start = "", HelperLimits limits = {}) {
    std::string name = std::filesystem::temp_directory_path() / "helper_XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    REQUIRE(::mkfifo(fifo().c_str(), 0600) == 0);
    control_ = ::open(fifo().c_str(), O_RDWR | O_CLOEXEC);
    set_start(at_start);
    auto log = [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      notes_.emplace_back(line);
    };
    worker = std::make_unique<usb::DeviceWorker<HelperReader>>(
        HelperReader(limits), helper_transport({{sample, fifo()}}, log).value(), mailbox.sink());
    REQUIRE(worker->post(CardWanted::yes));
  }
  ~Sample() {
    worker.reset();
    ::close(control_);
    std::filesystem::remove_all(folder_);
  }

  void set_start(const std::string& line) {
    std::filesystem::remove(fifo() + ".start");
    if (!line.empty()) std::ofstream(fifo() + ".start") << line;
  }
  void control(const std::string& line) {
    const std::string text = line + "\n";
    REQUIRE(::write(control_, text.data(), text.size()) == std::ssize(text));
  }
  std::string notes() {
    const std::lock_guard lock(mutex_);
    std::string all;
    for (const std::string& note : notes_) all += note + "\n";
    return all;
  }

  Mailbox<ReaderEvent> mailbox;
  std::unique_ptr<usb::DeviceWorker<HelperReader>> worker;

 private:
  std::string fifo() const { return folder_ + "/control"; }

  std::string folder_;
  int control_ = -1;
  std::mutex mutex_;
  std::vector<std::string> notes_;
};

/// What a command's transport brings until it is Gone.
std::vector<usb::Input> all_of(const std::vector<std::string>& command) {
  const auto transport = helper_transport({command}, [](std::string_view) {}).value();
  REQUIRE(transport->open().has_value());
  std::vector<usb::Input> all;
  for (int i = 0; i < 100; ++i) {
    for (usb::Input& input : transport->wait(100ms)) all.push_back(std::move(input));
    if (!all.empty() && std::holds_alternative<usb::Gone>(all.back())) break;
  }
  return all;
}

std::string how_ended(const std::vector<std::string>& command) {
  return std::get<usb::Gone>(all_of(command).back()).why.what;
}

bool runs(pid_t process) {
  return ::kill(process, 0) == 0;
}

}  // namespace

TEST_CASE("helper program: cards are read through a real process") {
  Sample sample_reader;
  REQUIRE(sample_reader.mailbox.wait_for<ReaderReady>());
  sample_reader.control(card);
  CHECK(sample_reader.mailbox.wait_for<CardRead>());
  sample_reader.control("lift");
  sample_reader.control("block " +
                        kiosk::to_hex(vectors::from_hex(vectors::hk_macao_taiwan_permit.text_hex)));
  CHECK(sample_reader.mailbox.wait_for<CardRead>());
  sample_reader.control("damaged");
  CHECK(sample_reader.mailbox.wait_for<CardUnreadable>());
  sample_reader.control("other");
  CHECK(sample_reader.mailbox.wait_for<NotAResidentCard>());
  sample_reader.control("pull");
  CHECK(sample_reader.mailbox.wait_for<CardPulled>());
  sample_reader.control("unusable absent");
  CHECK(sample_reader.mailbox.wait_for<ReaderUnusable>());
  sample_reader.control("ready");
  CHECK(sample_reader.mailbox.wait_for<ReaderReady>());
}

TEST_CASE("helper program: one that crashes, ends, or closes its output is started again") {
  for (const char* death : {"crash", "exit 3", "close", "flood", "endless"}) {
    CAPTURE(death);
    Sample sample_reader;
    REQUIRE(sample_reader.mailbox.wait_for<ReaderReady>());
    sample_reader.control(death);
    REQUIRE(sample_reader.mailbox.wait_for<ReaderUnusable>());
    REQUIRE(sample_reader.mailbox.wait_for<ReaderReady>());
    sample_reader.control(card);
    CHECK(sample_reader.mailbox.wait_for<CardRead>());
  }
}

TEST_CASE("helper program: garbage on its output does not matter, then it does") {
  Sample sample_reader;
  REQUIRE(sample_reader.mailbox.wait_for<ReaderReady>());
  sample_reader.control("say libvendor: \xC4\xE3 ret=0\nsay {\"event\":\nsay {]");
  sample_reader.control(card);
  CHECK(sample_reader.mailbox.wait_for<CardRead>());
  for (int i = 0; i < 5; ++i) sample_reader.control("say {garbage");
  CHECK(sample_reader.mailbox.wait_for<ReaderUnusable>());
  CHECK(sample_reader.mailbox.wait_for<ReaderReady>());
}

TEST_CASE("helper program: one that dies at every start is tried again with pauses") {
  Sample sample_reader("crash");
  REQUIRE(sample_reader.mailbox.wait_for<ReaderUnusable>());
  sample_reader.set_start("");
  CHECK(sample_reader.mailbox.wait_for<ReaderReady>());
}

TEST_CASE("helper program: one that hangs, or stalls in a reading, is ended and started again") {
  HelperLimits hurried;
  hurried.ping_interval = 200ms;
  hurried.pong = 2s;
  hurried.read = 1s;
  for (const char* fault : {"hang", "stall"}) {
    CAPTURE(fault);
    Sample sample_reader("", hurried);
    REQUIRE(sample_reader.mailbox.wait_for<ReaderReady>());
    sample_reader.control(fault);
    REQUIRE(sample_reader.mailbox.wait_for<ReaderUnusable>());
    REQUIRE(sample_reader.mailbox.wait_for<ReaderReady>());
    sample_reader.control(card);
    CHECK(sample_reader.mailbox.wait_for<CardRead>());
  }
}

TEST_CASE("helper program: its standard error is told a line at a time, without long numbers") {
  Sample sample_reader;
  REQUIRE(sample_reader.mailbox.wait_for<ReaderReady>());
  sample_reader.control("note read 12345 ret 0 of 990101199003070015 \xE6\xB5\x8B");
  sample_reader.control("unusable fault");  // so that it is known to have been said
  REQUIRE(sample_reader.mailbox.wait_for<ReaderUnusable>());
  sample_reader.worker.reset();
  CHECK(sample_reader.notes().find("read 12345 ret 0 of # ???\n") != std::string::npos);
}

TEST_CASE("helper program: closing ends it and all it started, though none of them wants to") {
  const auto transport =
      helper_transport({{"/bin/sh", "-c",
                         "trap '' TERM HUP; (trap '' TERM HUP; sleep 1000) & echo $$ $!; sleep "
                         "1000"}},
                       [](std::string_view) {})
          .value();
  REQUIRE(transport->open().has_value());
  std::string said;
  for (int i = 0; i < 100 && said.find('\n') == std::string::npos; ++i) {
    for (const usb::Input& input : transport->wait(100ms)) {
      said += kiosk::as_text(std::get<usb::Received>(input).bytes);
    }
  }
  const pid_t parent = std::stoi(said);
  const pid_t child = std::stoi(said.substr(said.find(' ')));
  REQUIRE(runs(parent));
  pollfd child_ended{static_cast<int>(::syscall(SYS_pidfd_open, child, 0)), POLLIN, 0};
  REQUIRE(child_ended.fd >= 0);
  REQUIRE(::poll(&child_ended, 1, 0) == 0);
  const auto before = std::chrono::steady_clock::now();
  transport->close();
  CHECK(std::chrono::steady_clock::now() - before < 5s);
  CHECK_FALSE(runs(parent));
  CHECK(::poll(&child_ended, 1, 10'000) == 1);
  ::close(child_ended.fd);
}

TEST_CASE("helper program: how it ended is told; what cannot start says so") {
  CHECK(how_ended({"/bin/sh", "-c", "exit 3"}) == "/bin/sh ended with status 3");
  CHECK(how_ended({"/bin/sh", "-c", "kill -SEGV $$"}) == "/bin/sh was ended by signal 11");
  const auto open_error = [](const std::vector<std::string>& command) {
    return helper_transport({command}, {}).value()->open().error().code;
  };
  CHECK(open_error({"/no/such/program"}) == "absent");
  CHECK(open_error({}) == "absent");
  CHECK(open_error({"/etc/passwd"}) == "absent");
}

TEST_CASE("helper program: what it said before it ended is received") {
  const auto all = all_of({"/bin/sh", "-c", "echo last words"});
  REQUIRE(all.size() == 2);
  CHECK(kiosk::as_text(std::get<usb::Received>(all[0]).bytes) == "last words\n");
}

TEST_CASE("helper program: it gets none of the kiosk's files and signals as they were") {
  const int secret = ::open("/dev/zero", O_RDONLY);  // without O_CLOEXEC
  ::signal(SIGPIPE, SIG_IGN);
  const auto all = all_of({"/bin/sh", "-c", "ls /proc/self/fd | wc -l; kill -PIPE $$; echo no"});
  ::signal(SIGPIPE, SIG_DFL);
  ::close(secret);
  CHECK(kiosk::as_text(std::get<usb::Received>(all[0]).bytes) == "4\n");  // 0, 1, 2, the folder
  CHECK(std::get<usb::Gone>(all.back()).why.what == "/bin/sh was ended by signal 13");
}

TEST_CASE("helper program: writing to one that is gone harms nobody") {
  const auto transport =
      helper_transport({{"/bin/sh", "-c", "exec <&-; echo closed; sleep 1000"}}, {}).value();
  REQUIRE(transport->open().has_value());
  REQUIRE(transport->wait(20s).size() == 1);
  transport->submit(usb::Send{0x01, {1, 2, 3}, 1s});
  const auto inputs = transport->wait(20s);
  REQUIRE(inputs.size() == 1);
  CHECK(std::get<usb::Gone>(inputs[0]).why.code == "ended");
}
