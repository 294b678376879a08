#include "printing/cups_ipp.h"

#include <cups/cups.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <optional>
#include <utility>

namespace printing {
namespace {

using kiosk::fail;
using kiosk::Result;
using Clock = std::chrono::steady_clock;

constexpr int ipp_port = 631;
constexpr int jobs_max = 50;             // of a printer, to find ours among
constexpr double look_up_seconds = 0.2;  // how often a silent server's time is looked at

struct HttpDeleter {
  void operator()(http_t* http) const { httpClose(http); }
};
struct IppDeleter {
  void operator()(ipp_t* ipp) const { ippDelete(ipp); }
};
using Http = std::unique_ptr<http_t, HttpDeleter>;
using Ipp = std::unique_ptr<ipp_t, IppDeleter>;

/// Where requests go, taken apart.
struct Target {
  std::string host;
  int port = ipp_port;
  std::string uri;       ///< of the printer, in requests
  std::string resource;  ///< of the HTTP request
  http_encryption_t encryption = HTTP_ENCRYPTION_IF_REQUESTED;
};

Result<Target> by_uri(const std::string& uri) {
  std::array<char, 32> scheme{};
  std::array<char, 256> user{};
  std::array<char, 256> host{};
  std::array<char, 1024> resource{};
  Target target;
  const auto status = httpSeparateURI(
      HTTP_URI_CODING_ALL, uri.c_str(), scheme.data(), static_cast<int>(scheme.size()), user.data(),
      static_cast<int>(user.size()), host.data(), static_cast<int>(host.size()), &target.port,
      resource.data(), static_cast<int>(resource.size()));
  const std::string_view kind = scheme.data();
  if (status < HTTP_URI_STATUS_OK || (kind != "ipp" && kind != "ipps")) {
    return fail("ipp", "bad_address", fmt::format("{} is no address of an IPP printer", uri));
  }
  if (kind == "ipps") target.encryption = HTTP_ENCRYPTION_ALWAYS;
  target.host = host.data();
  target.uri = uri;
  target.resource = resource.data();
  return target;
}

Result<Target> target_of(const IppAddress& address) {
  if (address.printer.find("://") != std::string::npos) return by_uri(address.printer);
  Target target;
  target.host = address.server;
  const bool is_path = address.server.rfind('/', 0) == 0;
  if (!is_path) {
    // As a URI, for the rules of IPv6 addresses in brackets.
    const auto server = by_uri("ipp://" + address.server + "/");
    if (!server) return server;
    target.host = server->host;
    target.port = server->port;
  }
  std::array<char, 1024> uri{};
  const auto status =
      httpAssembleURIf(HTTP_URI_CODING_ALL, uri.data(), static_cast<int>(uri.size()), "ipp",
                       nullptr, "localhost", ipp_port, "/printers/%s", address.printer.c_str());
  if (status < HTTP_URI_STATUS_OK || address.printer.empty()) {
    return fail("ipp", "bad_address", fmt::format("\"{}\" is no name of a queue", address.printer));
  }
  target.uri = uri.data();
  target.resource = "/printers/" + address.printer;
  return target;
}

/// What libcups asks when it waited a while in vain.
struct Patience {
  Clock::time_point until;
  const std::stop_token* stop = nullptr;
};

int wait_on(http_t*, void* data) {
  const auto* patience = static_cast<const Patience*>(data);
  return !patience->stop->stop_requested() && Clock::now() < patience->until ? 1 : 0;
}

/// Without it libcups would ask for a password on a terminal.
const char* no_password(const char*, http_t*, const char*, const char*, void*) {
  return nullptr;
}

std::vector<std::string> texts(ipp_attribute_t* attribute) {
  std::vector<std::string> values;
  for (int i = 0; attribute != nullptr && i < ippGetCount(attribute); ++i) {
    if (const char* text = ippGetString(attribute, i, nullptr)) values.emplace_back(text);
  }
  return values;
}

std::vector<std::string> texts(ipp_t* from, const char* name) {
  return texts(ippFindAttribute(from, name, IPP_TAG_ZERO));
}

std::optional<int> number(ipp_t* from, const char* name) {
  ipp_attribute_t* attribute = ippFindAttribute(from, name, IPP_TAG_ZERO);
  if (attribute == nullptr) return std::nullopt;
  const ipp_tag_t tag = ippGetValueTag(attribute);
  if (tag != IPP_TAG_INTEGER && tag != IPP_TAG_ENUM) return std::nullopt;  // no-value, unknown
  return ippGetInteger(attribute, 0);
}

class CupsIpp : public IppService {
 public:
  CupsIpp(IppAddress address, Target target, std::stop_token stop)
      : address_(std::move(address)), target_(std::move(target)), stop_(std::move(stop)) {}

  Result<IppPrinter> printer() override;
  Result<int> create(const std::string& name, const IppPage& page) override;
  Result<void> send(int job, const std::string& format, kiosk::ByteView document) override;
  Result<IppJob> job(int job) override;
  Result<void> cancel(int job) override;
  Result<void> forget(int job) override;

 private:
  Ipp request(ipp_op_t operation) const;
  void ask_for(ipp_t* request, std::vector<const char*> names) const;
  Result<Ipp> carry_out(Ipp request, kiosk::ByteView document = {});
  Result<void> ask_device(const std::string& uri, IppPrinter& queue);
  Result<Http> connect() const;
  Result<std::optional<IppJob>> job_named(const std::string& name);
  bool is_queue() const { return address_.printer.find("://") == std::string::npos; }

  IppAddress address_;
  Target target_;
  std::stop_token stop_;
  std::string device_uri_;           ///< of the queue
  std::unique_ptr<CupsIpp> device_;  ///< where it is an IPP printer
  int created_ = 0;                  ///< the last job
  std::string created_name_;
};

Ipp CupsIpp::request(ipp_op_t operation) const {
  Ipp request(ippNewRequest(operation));
  ippAddString(request.get(), IPP_TAG_OPERATION, IPP_TAG_URI, "printer-uri", nullptr,
               target_.uri.c_str());
  ippAddString(request.get(), IPP_TAG_OPERATION, IPP_TAG_NAME, "requesting-user-name", nullptr,
               "kiosk");
  return request;
}

void CupsIpp::ask_for(ipp_t* request, std::vector<const char*> names) const {
  ippAddStrings(request, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes",
                static_cast<int>(names.size()), nullptr, names.data());
}

Result<Http> CupsIpp::connect() const {
  Http http(httpConnect2(target_.host.c_str(), target_.port, nullptr, AF_UNSPEC, target_.encryption,
                         1, static_cast<int>(address_.connect_limit.count()), nullptr));
  if (http == nullptr) {
    return fail("ipp", "absent", fmt::format("{}: {}", target_.host, cupsLastErrorString()));
  }
  return http;
}

/// A connection of its own for each request: none is found stale after an hour's silence.
Result<Ipp> CupsIpp::carry_out(Ipp request, kiosk::ByteView document) {
  cupsSetPasswordCB2(no_password, nullptr);
  auto http = connect();
  if (!http) return kiosk::pass_on(http.error());
  Patience patience{Clock::now() + address_.silence_limit, &stop_};
  httpSetTimeout(http->get(), look_up_seconds, wait_on, &patience);
  const std::size_t size = ippLength(request.get()) + document.size();
  auto status = cupsSendRequest(http->get(), request.get(), target_.resource.c_str(), size);
  constexpr std::size_t piece_bytes = 16'384;
  for (std::size_t at = 0; at < document.size() && status == HTTP_STATUS_CONTINUE;
       at += piece_bytes) {
    const kiosk::ByteView piece = document.subspan(at, std::min(piece_bytes, document.size() - at));
    patience.until = Clock::now() + address_.silence_limit;
    status = cupsWriteRequestData(http->get(), reinterpret_cast<const char*>(piece.data()),
                                  piece.size());
  }
  if (!document.empty()) patience.until = Clock::now() + address_.silence_limit;
  Ipp response(cupsGetResponse(http->get(), target_.resource.c_str()));
  if (stop_.stop_requested()) return fail("ipp", "stopped", "the kiosk is stopping");
  if (response == nullptr) {
    const bool silent = Clock::now() >= patience.until;
    return fail("ipp", silent ? "silent" : "absent",
                silent ? fmt::format("{} does not answer", target_.host)
                       : fmt::format("{}: {}", target_.host, cupsLastErrorString()));
  }
  const ipp_status_t answer = ippGetStatusCode(response.get());
  if (answer >= IPP_STATUS_ERROR_BAD_REQUEST) {
    const bool missing = answer == IPP_STATUS_ERROR_NOT_FOUND || answer == IPP_STATUS_ERROR_GONE;
    return fail("ipp", missing ? "no_such" : "refused",
                fmt::format("{}: {}", ippErrorString(answer), cupsLastErrorString()));
  }
  return response;
}

Result<IppPrinter> CupsIpp::printer() {
  Ipp asked = request(IPP_OP_GET_PRINTER_ATTRIBUTES);
  ask_for(asked.get(), {"printer-state", "printer-state-reasons", "printer-is-accepting-jobs",
                        "printer-make-and-model", "document-format-supported", "device-uri"});
  const auto answer = carry_out(std::move(asked));
  if (!answer) return kiosk::pass_on(answer.error());
  ipp_t* from = answer->get();
  const auto state = number(from, "printer-state");
  if (!state) return fail("ipp", "refused", "the printer tells no state");
  IppPrinter printer;
  printer.state = *state;
  printer.reasons = texts(from, "printer-state-reasons");
  printer.formats = texts(from, "document-format-supported");
  const auto model = texts(from, "printer-make-and-model");
  if (!model.empty()) printer.make_and_model = model.front();
  ipp_attribute_t* accepting = ippFindAttribute(from, "printer-is-accepting-jobs", IPP_TAG_BOOLEAN);
  if (accepting != nullptr && ippGetBoolean(accepting, 0) == 0) printer.accepting = Accepting::no;
  const auto device = texts(from, "device-uri");
  if (!is_queue() || device.empty()) return printer;
  printer.age = Reasons::of_last_job;
  if (auto asked_too = ask_device(device.front(), printer); !asked_too) {
    return kiosk::pass_on(asked_too.error());
  }
  return printer;
}

/// An IPP printer tells its own state; the queue's is as old as its last job.
Result<void> CupsIpp::ask_device(const std::string& uri, IppPrinter& queue) {
  if (uri != device_uri_) {
    device_uri_ = uri;
    device_.reset();
    IppAddress address = address_;
    address.printer = uri;
    if (auto target = target_of(address)) {
      device_ = std::make_unique<CupsIpp>(address, std::move(*target), stop_);
    }
  }
  if (device_ == nullptr) return {};  // of another kind
  const auto device = device_->printer();
  // One that wants a password of us may still print for the queue.
  if (!device && device.error().code == "refused") return {};
  if (!device) return kiosk::fail("the queue's printer", device.error());
  std::erase_if(queue.reasons, [](const std::string& reason) {
    return reason.rfind("cups-", 0) != 0 && reason.rfind("paused", 0) != 0;
  });
  queue.reasons.insert(queue.reasons.end(), device->reasons.begin(), device->reasons.end());
  queue.age = Reasons::live;
  if (device->accepting == Accepting::no) queue.accepting = Accepting::no;
  return {};
}

Result<int> CupsIpp::create(const std::string& name, const IppPage& page) {
  Ipp asked = request(IPP_OP_CREATE_JOB);
  ipp_t* to = asked.get();
  // With the kiosk's name: several may share a printer, and its jobs are found by name.
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  created_name_ = fmt::format("{} {}", host.data(), name);
  ippAddString(to, IPP_TAG_OPERATION, IPP_TAG_NAME, "job-name", nullptr, created_name_.c_str());
  Ipp size(ippNew());
  ippAddInteger(size.get(), IPP_TAG_ZERO, IPP_TAG_INTEGER, "x-dimension", page.width_hundredths);
  ippAddInteger(size.get(), IPP_TAG_ZERO, IPP_TAG_INTEGER, "y-dimension", page.length_hundredths);
  Ipp media(ippNew());
  ippAddCollection(media.get(), IPP_TAG_ZERO, "media-size", size.get());
  ippAddCollection(to, IPP_TAG_JOB, "media-col", media.get());
  if (page.resolution_dpi != 0) {
    ippAddResolution(to, IPP_TAG_JOB, "printer-resolution", IPP_RES_PER_INCH, page.resolution_dpi,
                     page.resolution_dpi);
  }
  ippAddString(to, IPP_TAG_JOB, IPP_CONST_TAG(IPP_TAG_KEYWORD), "print-scaling", nullptr, "none");
  // A CUPS server may be set up to print a banner page before each job.
  ippAddString(to, IPP_TAG_JOB, IPP_CONST_TAG(IPP_TAG_NAME), "job-sheets", nullptr, "none");
  const auto answer = carry_out(std::move(asked));
  if (!answer) return kiosk::pass_on(answer.error());
  const auto job = number(answer->get(), "job-id");
  if (!job) return fail("ipp", "refused", "the printer gives the job no number");
  created_ = *job;
  return *job;
}

Result<void> CupsIpp::send(int job, const std::string& format, kiosk::ByteView document) {
  Ipp asked = request(IPP_OP_SEND_DOCUMENT);
  ippAddInteger(asked.get(), IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", job);
  ippAddString(asked.get(), IPP_TAG_OPERATION, IPP_TAG_MIMETYPE, "document-format", nullptr,
               format.c_str());
  ippAddBoolean(asked.get(), IPP_TAG_OPERATION, "last-document", 1);
  const auto answer = carry_out(std::move(asked), document);
  if (!answer) return kiosk::pass_on(answer.error());
  return {};
}

Result<IppJob> CupsIpp::job(int job) {
  Ipp asked = request(IPP_OP_GET_JOB_ATTRIBUTES);
  ippAddInteger(asked.get(), IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", job);
  ask_for(asked.get(),
          {"job-state", "job-state-reasons", "time-at-processing", "job-impressions-completed"});
  const auto answer = carry_out(std::move(asked));
  if (!answer) return kiosk::pass_on(answer.error());
  const auto state = number(answer->get(), "job-state");
  if (!state) return fail("ipp", "refused", "the printer tells no state of the job");
  IppJob told;
  told.state = *state;
  told.reasons = texts(answer->get(), "job-state-reasons");
  if (number(answer->get(), "time-at-processing")) told.begun = Begun::yes;
  told.pages = number(answer->get(), "job-impressions-completed");
  // CUPS may call a job completed that its printer gave up: the printer's word counts.
  if (told.state != job_completed || device_ == nullptr || job != created_) return told;
  const auto printed = device_->job_named(created_name_);
  if (printed) return *printed ? **printed : told;
  if (printed.error().code == "refused" || printed.error().code == "no_such") return told;
  return kiosk::fail("the queue's printer", printed.error());
}

/// The newest job of this name; none where the printer has forgotten it.
Result<std::optional<IppJob>> CupsIpp::job_named(const std::string& name) {
  std::optional<IppJob> found;
  int newest = 0;
  for (const char* which : {"completed", "not-completed"}) {
    Ipp asked = request(IPP_OP_GET_JOBS);
    ippAddString(asked.get(), IPP_TAG_OPERATION, IPP_CONST_TAG(IPP_TAG_KEYWORD), "which-jobs",
                 nullptr, which);
    ippAddInteger(asked.get(), IPP_TAG_OPERATION, IPP_TAG_INTEGER, "limit", jobs_max);
    ask_for(asked.get(), {"job-id", "job-name", "job-state", "job-state-reasons"});
    const auto answer = carry_out(std::move(asked));
    if (!answer) return kiosk::pass_on(answer.error());
    IppJob job;
    job.begun = Begun::yes;
    int id = 0;
    std::string job_name;
    const auto take = [&] {
      if (job_name == name && id > newest) {
        newest = id;
        found = job;
      }
      id = 0;
      job_name.clear();
    };
    for (ipp_attribute_t* one = ippFirstAttribute(answer->get()); one != nullptr;
         one = ippNextAttribute(answer->get())) {
      const char* attribute = ippGetName(one);
      if (attribute == nullptr) {  // between two jobs
        take();
        continue;
      }
      const std::string_view is = attribute;
      if (is == "job-id") id = ippGetInteger(one, 0);
      if (is == "job-state") job.state = ippGetInteger(one, 0);
      if (is == "job-state-reasons") job.reasons = texts(one);
      if (is == "job-name") job_name = texts(one).empty() ? "" : texts(one).front();
    }
    take();
  }
  return found;
}

Result<void> CupsIpp::cancel(int job) {
  Ipp asked = request(IPP_OP_CANCEL_JOB);
  ippAddInteger(asked.get(), IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", job);
  const auto answer = carry_out(std::move(asked));
  if (!answer) return kiosk::pass_on(answer.error());
  return {};
}

Result<void> CupsIpp::forget(int job) {
  if (!is_queue()) return {};
  Ipp asked = request(IPP_OP_CANCEL_JOB);
  ippAddInteger(asked.get(), IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", job);
  ippAddBoolean(asked.get(), IPP_TAG_OPERATION, "purge-job", 1);  // an extension of CUPS
  const auto answer = carry_out(std::move(asked));
  if (!answer) return kiosk::pass_on(answer.error());
  return {};
}

}  // namespace

Result<std::unique_ptr<IppService>> cups_ipp(const IppAddress& address, std::stop_token stop) {
  auto target = target_of(address);
  if (!target) return kiosk::pass_on(target.error());
  return std::make_unique<CupsIpp>(address, std::move(*target), std::move(stop));
}

}  // namespace printing
