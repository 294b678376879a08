#include "drivers/smart_card/pcsc_card_system.h"

#include <fmt/format.h>
#include <winscard.h>

#include <algorithm>
#include <array>
#include <optional>

#include "drivers/smart_card/patient_card_system.h"

namespace drivers::smart_card {
namespace {

using kiosk::Error;
using kiosk::Remedy;
using kiosk::Result;

constexpr const char* any_reader_change = "\\\\?PnP?\\Notification";  // SCardGetStatusChange(3)
constexpr std::size_t readers_max = 8;
constexpr std::size_t status_bytes = 2;
constexpr DWORD daemon_looks_every_ms = 1000;  // 400 ms in pcscd 1.9
constexpr std::size_t reader_names_bytes_max = 4096;

unsigned code_of(LONG result) {
  return static_cast<unsigned>(result);  // they are told as eight hexadecimal digits
}

/// The daemon is gone, or is another one than that we talked to. A connection that it closed under
/// us is told as a security violation.
bool is_lost(LONG result) {
  return result == SCARD_E_NO_SERVICE || result == SCARD_E_SERVICE_STOPPED ||
         result == SCARD_E_INVALID_HANDLE || result == SCARD_F_COMM_ERROR ||
         result == SCARD_W_SECURITY_VIOLATION;
}

Error error_of(LONG result, const char* doing) {
  const auto error = [&](std::string_view code, Remedy remedy) {
    return Error{
        "smart_card", code,
        fmt::format("{}: {} ({:08X})", doing, pcsc_stringify_error(result), code_of(result)),
        remedy};
  };
  if (is_lost(result)) return error("no_service", Remedy::staff);
  switch (result) {
    case SCARD_W_REMOVED_CARD:
    case SCARD_E_NO_SMARTCARD:
    case SCARD_E_READER_UNAVAILABLE:
    case SCARD_E_UNKNOWN_READER:
      return error("pulled", Remedy::patient);
    case SCARD_W_UNRESPONSIVE_CARD:
    case SCARD_W_UNPOWERED_CARD:
    case SCARD_W_UNSUPPORTED_CARD:
    case SCARD_E_PROTO_MISMATCH:
      return error("unresponsive", Remedy::patient);
    case SCARD_E_SHARING_VIOLATION:
      return error("busy", Remedy::wait);
    case SCARD_W_RESET_CARD:
      return error("reset", Remedy::wait);
    case SCARD_E_NOT_TRANSACTED:
    case SCARD_E_INSUFFICIENT_BUFFER:
      return error("card_error", Remedy::patient);
    default:
      return error("service", Remedy::staff);
  }
}

class PcscCardSystem : public CardSystem {
 public:
  PcscCardSystem() = default;
  PcscCardSystem(const PcscCardSystem&) = delete;
  PcscCardSystem& operator=(const PcscCardSystem&) = delete;
  ~PcscCardSystem() override { release(); }

  Result<std::vector<Slot>> wait(kiosk::Milliseconds limit) override;
  Result<kiosk::Bytes> connect(const std::string& reader) override;
  Result<kiosk::Bytes> transmit(kiosk::ByteView command) override;
  void disconnect() override;

 private:
  Result<std::vector<std::string>> reader_names();
  Error lost(LONG result, const char* doing);
  bool card_is_gone();
  void release();

  std::optional<SCARDCONTEXT> context_;
  std::optional<SCARDHANDLE> card_;
  std::string card_reader_;
  DWORD protocol_ = SCARD_PROTOCOL_T1;
  std::vector<Slot> last_;  ///< what `wait` said
};

/// Where the daemon is lost, so is all that was opened there.
Error PcscCardSystem::lost(LONG result, const char* doing) {
  Error error = error_of(result, doing);
  if (error.code == "no_service" || error.code == "service") release();
  return error;
}

void PcscCardSystem::release() {
  disconnect();
  if (context_) SCardReleaseContext(*context_);
  context_.reset();
  last_.clear();
}

Result<std::vector<std::string>> PcscCardSystem::reader_names() {
  std::string names(reader_names_bytes_max, '\0');
  auto size = static_cast<DWORD>(names.size());
  const LONG result = SCardListReaders(*context_, nullptr, names.data(), &size);
  std::vector<std::string> readers;
  if (result == SCARD_E_NO_READERS_AVAILABLE) return readers;
  if (result != SCARD_S_SUCCESS) return kiosk::pass_on(lost(result, "list the readers"));
  names.resize(std::min<std::size_t>(names.size(), size));
  for (std::size_t at = 0; at < names.size() && names[at] != '\0';) {
    const std::size_t end = std::min(names.find('\0', at), names.size());
    readers.push_back(names.substr(at, end - at));
    at = end + 1;
  }
  if (readers.size() > readers_max) readers.resize(readers_max);
  return readers;
}

Result<std::vector<Slot>> PcscCardSystem::wait(kiosk::Milliseconds limit) {
  if (!context_) {
    SCARDCONTEXT context = 0;
    const LONG result = SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context);
    if (result == SCARD_W_SECURITY_VIOLATION) {
      return kiosk::fail("smart_card", "denied", "polkit does not permit the kiosk to use pcscd");
    }
    if (result != SCARD_S_SUCCESS) return kiosk::pass_on(error_of(result, "reach pcscd"));
    context_ = context;
  }
  const auto readers = reader_names();
  if (!readers) return kiosk::pass_on(readers.error());
  std::vector<SCARD_READERSTATE> states;
  for (const std::string& reader : *readers) {
    const auto same = std::find_if(last_.begin(), last_.end(),
                                   [&](const Slot& slot) { return slot.reader == reader; });
    SCARD_READERSTATE state{};
    state.szReader = reader.c_str();
    state.dwCurrentState = SCARD_STATE_UNAWARE;
    if (same != last_.end()) {
      const DWORD presence =
          same->presence == Presence::card ? SCARD_STATE_PRESENT : SCARD_STATE_EMPTY;
      state.dwCurrentState = presence | DWORD{same->changes} << 16;
    }
    states.push_back(state);
  }
  SCARD_READERSTATE change{};
  change.szReader = any_reader_change;
  change.dwCurrentState = DWORD{readers->size()} << 16;
  states.push_back(change);
  const LONG result = SCardGetStatusChange(*context_, static_cast<DWORD>(limit.count()),
                                           states.data(), static_cast<DWORD>(states.size()));
  const bool told = result == SCARD_S_SUCCESS || result == SCARD_E_TIMEOUT;
  if (!told && result != SCARD_E_UNKNOWN_READER) {
    return kiosk::pass_on(lost(result, "wait for a card"));
  }
  std::vector<Slot> slots;
  for (const SCARD_READERSTATE& state : states) {
    const DWORD now = state.dwEventState;
    const bool gone = (now & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE)) != 0;
    if (state.szReader == any_reader_change || gone) continue;
    slots.push_back({state.szReader,
                     (now & SCARD_STATE_PRESENT) != 0 ? Presence::card : Presence::empty,
                     static_cast<std::uint32_t>(now >> 16 & 0xFFFF)});
  }
  if (told) last_ = slots;
  return last_;
}

Result<kiosk::Bytes> PcscCardSystem::connect(const std::string& reader) {
  if (!context_) return kiosk::pass_on(error_of(SCARD_E_NO_SERVICE, "connect to the card"));
  disconnect();
  SCARDHANDLE card = 0;
  // Exclusive: nobody else selects files on the card while we read.
  LONG result = SCardConnect(*context_, reader.c_str(), SCARD_SHARE_EXCLUSIVE,
                             SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol_);
  if (result != SCARD_S_SUCCESS) return kiosk::pass_on(lost(result, "connect to the card"));
  card_ = card;
  card_reader_ = reader;
  std::array<BYTE, MAX_ATR_SIZE> atr{};
  auto size = static_cast<DWORD>(atr.size());
  result = SCardStatus(card, nullptr, nullptr, nullptr, nullptr, atr.data(), &size);
  if (result != SCARD_S_SUCCESS) return kiosk::pass_on(lost(result, "read the answer to reset"));
  return kiosk::Bytes(
      atr.begin(),
      atr.begin() + std::min<std::ptrdiff_t>(std::ssize(atr), static_cast<std::ptrdiff_t>(size)));
}

Result<kiosk::Bytes> PcscCardSystem::transmit(kiosk::ByteView command) {
  if (!card_) return kiosk::pass_on(error_of(SCARD_E_NO_SERVICE, "talk to the card"));
  std::array<BYTE, MAX_BUFFER_SIZE> reply{};
  auto size = static_cast<DWORD>(reply.size());
  const SCARD_IO_REQUEST* protocol = protocol_ == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
  const LONG result =
      SCardTransmit(*card_, protocol, command.data(), static_cast<DWORD>(command.size()), nullptr,
                    reply.data(), &size);
  if (result == SCARD_S_SUCCESS && size >= status_bytes) {
    return kiosk::Bytes(reply.begin(), reply.begin() + size);
  }
  // A driver that lost the card in mid-command says only that it failed, or answers nothing.
  LONG why = result == SCARD_S_SUCCESS ? SCARD_E_NOT_TRANSACTED : result;
  if (card_is_gone()) why = SCARD_W_REMOVED_CARD;
  return kiosk::pass_on(lost(why, "talk to the card"));
}

/// The daemon looks at its readers now and then, so a card that went may still be told as there.
bool PcscCardSystem::card_is_gone() {
  SCARD_READERSTATE state{};
  state.szReader = card_reader_.c_str();
  state.dwCurrentState = SCARD_STATE_UNAWARE;
  LONG result = SCardGetStatusChange(*context_, 0, &state, 1);
  if (result == SCARD_S_SUCCESS && (state.dwEventState & SCARD_STATE_PRESENT) != 0) {
    state.dwCurrentState = state.dwEventState & ~DWORD{SCARD_STATE_CHANGED};
    result = SCardGetStatusChange(*context_, daemon_looks_every_ms, &state, 1);
  }
  if (result == SCARD_E_UNKNOWN_READER || result == SCARD_E_READER_UNAVAILABLE) return true;
  return result == SCARD_S_SUCCESS && (state.dwEventState & SCARD_STATE_PRESENT) == 0;
}

void PcscCardSystem::disconnect() {
  if (card_) SCardDisconnect(*card_, SCARD_LEAVE_CARD);
  card_.reset();
}

}  // namespace

std::unique_ptr<CardSystem> pcsc_card_system(kiosk::Milliseconds silence_limit) {
  return patient_card_system(std::make_unique<PcscCardSystem>(), silence_limit);
}

}  // namespace drivers::smart_card
