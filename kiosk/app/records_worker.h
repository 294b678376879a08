#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <variant>

#include "kiosk/app/ticket_printer.h"
#include "kiosk/base/bounded_queue.h"
#include "kiosk/shell/clock.h"
#include "kiosk/shell/loop.h"
#include "kiosk/sync/authorizer.h"
#include "kiosk/sync/signed_order.h"

namespace kiosk::app {

/// Bytes for the ticket printer; `job` 0 is a staff's list, of which nothing is remembered.
struct PrintBytes {
  std::int64_t job = 0;
  Bytes bytes;
  drivers::printer::Profile made_for;
};

/// The profile of the printer that is here; `again` is a ticket that was made for another one and
/// did not reach it, 0: none.
struct PrinterFound {
  drivers::printer::Profile profile;
  std::int64_t again = 0;
};

/// Where the records' worker hands things on to; none of it may block. Called on its thread.
struct RecordsPorts {
  std::function<void(shell::LoopInput)> to_loop;
  std::function<void(sync::HttpRequest)> to_http;
  std::function<bool(PrintBytes)> to_printer;  ///< false: the printer takes no more now
};

/// The thread that owns the ledger, the sync engine, the spooler and the ticket's fonts, and steps
/// them. When its queue is full, `post` says so and the caller drops: facts come again, a patient's
/// request ends in its screen's deadline. The end of a print job or of a request to the server, and
/// a printer that was found, are taken all the same: a ticket would else be "sending" for ever.
class RecordsWorker {
 public:
  struct Parts {
    std::unique_ptr<store::Ledger> ledger;
    std::unique_ptr<sync::Authorizer> authorizer;
    std::unique_ptr<sync::Engine> engine;
    std::unique_ptr<TicketPrinter> tickets;
    shell::RandomHex random;
    std::optional<sync::OrderKey> order_key = {};  ///< of who may withdraw this kiosk
  };

  RecordsWorker(const shell::Config& config, Parts parts, shell::Clock& clock, RecordsPorts ports);

  /// Begins to work, once all that the ports lead to stands.
  void start();
  /// Ends the work; what is posted from now on stays undone.
  void stop();

  /// Thread: any.
  bool post(shell::RecordsInput input);
  bool post(shell::ControlCall call);
  void post(PrinterFound found);

 private:
  struct DeviceStates {
    std::string reader = "missing";
    std::string scanner = "missing";
  };
  using Item = std::variant<shell::RecordsInput, shell::ControlCall, PrinterFound>;

  void run(const std::stop_token& stop);
  void take(Item item);
  void take_printer(const PrinterFound& found);
  void take_control(shell::ControlCall call);
  void hand_out(shell::RecordsOutput output);
  void print(const domain::PrintJob& job);
  void answer(RequestId request, const std::string& line);
  void answer_list(const shell::ListAnswer& list);
  void webhook(const shell::Alert& alert);
  void obey(const shell::ControlCall& call);
  void destroy_key();

  const shell::Config& config_;
  Parts parts_;
  shell::Clock& clock_;
  RecordsPorts ports_;
  shell::Records records_;
  BoundedQueue<Item> queue_{1024};
  std::vector<shell::RecordsInput> inputs_;
  std::map<RequestId, shell::ControlCall> asked_;
  std::optional<shell::RecordsFacts> told_;
  bool key_is_destroyed_ = false;
  std::uint64_t last_request_ = 0;
  std::uint64_t last_webhook_ = 0;
  std::jthread thread_;  ///< last: stops before what it uses goes
};

}  // namespace kiosk::app
