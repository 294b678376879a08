#include "printing/cups_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace printing {

using drivers::printer::Failed;
using drivers::printer::Printed;
using drivers::printer::PrinterState;
using drivers::printer::Unknown;

namespace {

constexpr std::size_t ended_max = 16;

PrinterState state_without(const kiosk::Error& why) {
  return why.code == "silent" ? PrinterState::silent : PrinterState::unplugged;
}

/// What the job is printed on: on a roll, as long as the document's first page.
std::optional<IppPage> page_of(kiosk::ByteView document, const Sheet& sheet) {
  const auto first = first_page(document);
  if (!first) return std::nullopt;
  constexpr int hundredths = 100;
  constexpr int hundredths_an_inch = 2540;
  const int length = sheet.length_mm != 0
                         ? sheet.length_mm * hundredths
                         : (first->height_dots * hundredths_an_inch + sheet.resolution_dpi - 1) /
                               sheet.resolution_dpi;
  // Raster must fit the printer's dots; a picture it scales itself.
  const int resolution = first->format == DocumentFormat::pwg_raster ? sheet.resolution_dpi : 0;
  return IppPage{std::string(mime_type(first->format)), sheet.width_mm * hundredths, length,
                 resolution};
}

}  // namespace

CupsEngine::Outputs CupsEngine::step(Moment now, IppService& service,
                                     std::span<const Command> commands) {
  for (const Command& print : commands) accept(now, service, print);
  if (now >= next_look_) {
    look_at_printer(service);
    job_ ? follow(now, service) : forget_ended(service);
    next_look_ = now + (job_ ? settings_.job_interval : settings_.idle_interval);
  }
  if (job_) next_look_ = std::min(next_look_, now + settings_.job_interval);
  return {std::exchange(events_, {}), next_look_};
}

void CupsEngine::accept(Moment now, IppService& service, const Command& print) {
  const auto failed = [&](kiosk::Error why) {
    events_.emplace_back(Failed{print.job, std::move(why)});
  };
  if (job_) return failed({"printer", "busy", "another job is being printed"});
  if (print.bytes.empty()) return failed({"printer", "empty", "a job without bytes"});
  const auto page = page_of(print.bytes, settings_.sheet);
  if (!page) return failed({"printer", "format", "the job is no document for an IPP printer"});
  look_at_printer(service);
  if (!can_print(state_)) return failed(state_error());
  if (std::find(formats_.begin(), formats_.end(), page->format) == formats_.end()) {
    return failed({"printer", "format", fmt::format("the queue takes no {}", page->format)});
  }
  const auto refused = [&](const kiosk::Error& why) {
    const bool says_no = why.code == "refused" || why.code == "no_such";
    failed({"printer", says_no ? "refused" : name_of(state_without(why)), why.what});
  };
  const auto number = service.create(fmt::format("ticket {}", print.job.value), *page);
  if (!number) return refused(number.error());
  const auto sent = service.send(*number, page->format, print.bytes);
  if (!sent && (sent.error().code == "refused" || sent.error().code == "no_such")) {
    static_cast<void>(service.cancel(*number).has_value());  // it holds no document
    return refused(sent.error());
  }
  job_ = Job{print.job, *number, now, std::nullopt, std::nullopt, {}, {}};
  if (!sent) {
    give_up(now, service,
            {"printer", name_of(state_without(sent.error())), "sending: " + sent.error().what});
  }
}

void CupsEngine::look_at_printer(IppService& service) {
  const auto printer = service.printer();
  if (!printer) {
    if (printer.error().code == "stopped") return;
    trouble_ = printer.error().what;
    return become(state_without(printer.error()));
  }
  trouble_ = fmt::format("printer state {}", printer->state);
  for (const std::string& reason : printer->reasons) trouble_ += ", " + reason;
  formats_ = printer->formats;
  become(state_of(*printer, settings_.ignored_reasons));
  if (printer->make_and_model == model_ || printer->make_and_model.empty()) return;
  model_ = printer->make_and_model;
  events_.emplace_back(drivers::printer::Identified{"", model_});
}

void CupsEngine::follow(Moment now, IppService& service) {
  const auto told = service.job(job_->number);
  if (told) {
    job_->last = *told;
    if (auto ended = end_of(*told, state_, settings_.page_count)) {
      // Canceled because we wanted it: why we did says more.
      const bool by_us = job_->canceled_at && ended->what != JobEnd::What::printed;
      if (by_us) ended->why = job_->why;
      return end(std::move(*ended));
    }
  } else if (told.error().code == "no_such") {
    return end({JobEnd::What::unknown, {"printer", "vanished", told.error().what}});
  }
  judge(now, service);
}

/// The job is still there, or its server is not: how long may that go on?
void CupsEngine::judge(Moment now, IppService& service) {
  if (job_->canceled_at) {
    if (now - *job_->canceled_at < settings_.cancel_limit) return;
    return end({JobEnd::What::unknown, job_->why});
  }
  if (can_print(state_)) {
    job_->blocked_since.reset();
  } else if (!job_->blocked_since) {
    job_->blocked_since = now;
  }
  if (job_->blocked_since && now - *job_->blocked_since >= settings_.blocked_limit) {
    return give_up(now, service, state_error());
  }
  if (now - job_->sent_at < settings_.job_limit) return;
  give_up(now, service,
          {"printer", "stuck", fmt::format("job state {} for too long", job_->last.state)});
}

void CupsEngine::give_up(Moment now, IppService& service, kiosk::Error why) {
  job_->canceled_at = now;
  job_->why = std::move(why);
  // Whether it was canceled is asked for afterwards.
  static_cast<void>(service.cancel(job_->number).has_value());
}

void CupsEngine::end(JobEnd end) {
  const drivers::printer::JobId id = job_->id;
  if (ended_.size() < ended_max) ended_.push_back(job_->number);
  job_.reset();
  switch (end.what) {
    case JobEnd::What::printed:
      events_.emplace_back(Printed{id});
      break;
    case JobEnd::What::nothing:
      events_.emplace_back(Failed{id, std::move(end.why)});
      break;
    case JobEnd::What::unknown:
      events_.emplace_back(Unknown{id, std::move(end.why)});
      break;
  }
}

/// One at a look, and again until the server answers.
void CupsEngine::forget_ended(IppService& service) {
  if (ended_.empty() || state_ >= PrinterState::silent) return;
  const auto forgotten = service.forget(ended_.front());
  if (!forgotten && forgotten.error().code == "silent") return;
  ended_.erase(ended_.begin());
}

void CupsEngine::become(PrinterState state) {
  state_ = state;
  if (std::exchange(told_, state) != state) {
    events_.emplace_back(drivers::printer::StateChanged{state});
  }
}

kiosk::Error CupsEngine::state_error() const {
  return {"printer", name_of(state_), trouble_};
}

}  // namespace printing
