#include "kiosk/shell/key_fetch.h"

#include <utility>

#include "kiosk/store/key_file.h"

namespace kiosk::shell {
namespace {

constexpr std::size_t lines_max = 2;

tl::unexpected<Error> bad_answer(std::string what) {
  return fail("vault", "bad_key",
              "the answer of vault.key_url " + std::move(what) +
                  ": it has to be 64 hexadecimal digits in a line, and in a second one the next "
                  "key while keys change");
}

}  // namespace

Result<VaultKeys> parse_key_answer(std::string_view body) {
  if (body.size() > KeyFetch::answer_bytes_max) return bad_answer("is too long");
  std::vector<Bytes> keys;
  while (!body.empty()) {
    std::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(line.size() + 1, body.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    auto key = store::key_from_hex(line);
    if (!key) return bad_answer("is no key");
    keys.push_back(std::move(*key));
    if (keys.size() > lines_max) return bad_answer("has more than two keys");
  }
  if (keys.empty()) return bad_answer("is empty");
  VaultKeys found{std::move(keys.front()), std::nullopt};
  if (keys.size() == lines_max) found.next = std::move(keys.back());
  return found;
}

KeyFetch::KeyFetch(const Config& config, sync::Authorizer& authorizer, sync::Random random)
    : url_(config.key_url),
      connect_timeout_(config.profile.connect_timeout),
      timeout_(config.profile.request_timeout),
      random_(std::move(random)),
      exchange_(config.profile, authorizer) {}

std::vector<sync::HttpRequest> KeyFetch::step(Now now, std::vector<sync::HttpResult> results) {
  for (sync::HttpResult& result : results) exchange_.on_result(now, std::move(result));
  exchange_.expire(now);
  if (!keys_ && !asking_ && now.instant >= next_) {
    asking_ = true;
    sync::HttpRequest request;
    request.url = url_;
    request.headers = {{"Accept", "text/plain"}, {"Cache-Control", "no-store"}};
    request.connect_timeout = connect_timeout_;
    request.timeout = timeout_;
    request.answer_bytes_max = answer_bytes_max;
    exchange_.send(now, std::move(request), sync::Urgency::interactive,
                   [this](Now at, const sync::Reply& reply) { on_reply(at, reply); });
  }
  return exchange_.take(now);
}

void KeyFetch::on_reply(Now now, const sync::Reply& reply) {
  asking_ = false;
  if (reply.status() == 200) {
    if (auto keys = parse_key_answer(reply.body())) {
      keys_ = std::move(*keys);
      return;
    } else {
      trouble_ = keys.error();
    }
  } else {
    trouble_ = Error{"vault", "no_answer", url_ + " gave no key: " + reply.what()};
  }
  next_ = now.instant + sync::backoff(++failures_, random_);
}

std::optional<Error> KeyFetch::take_trouble() {
  return std::exchange(trouble_, std::nullopt);
}

}  // namespace kiosk::shell
