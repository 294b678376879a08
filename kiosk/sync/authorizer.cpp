#include "kiosk/sync/authorizer.h"

#include <algorithm>
#include <fstream>

#include "kiosk/sync/url.h"

namespace kiosk::sync {
namespace {

constexpr std::size_t token_bytes_max = 16 * 1024;

class NoHeader : public Authorizer {
 public:
  Result<std::optional<std::string>> authorization(Now) override { return std::string(); }
  void rejected(const std::string&) override {}
};

class BearerFromFile : public Authorizer {
 public:
  explicit BearerFromFile(std::string path) : path_(std::move(path)) {}

  Result<std::optional<std::string>> authorization(Now) override {
    if (header_.empty()) {
      auto token = read();
      if (!token) return pass_on(token.error());
      header_ = "Bearer " + *token;
    }
    return header_;
  }

  void rejected(const std::string& authorization) override {
    if (authorization == header_) header_.clear();
  }

 private:
  Result<std::string> read() const {
    std::ifstream file(path_, std::ios::binary);
    if (!file) return fail("sync", "token_file", "cannot open " + path_);
    std::string token(token_bytes_max + 1, '\0');
    file.read(token.data(), static_cast<std::streamsize>(token.size()));
    token.resize(static_cast<std::size_t>(file.gcount()));
    while (!token.empty() && (token.back() == '\n' || token.back() == '\r' || token.back() == ' '))
      token.pop_back();
    const bool printable =
        std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 0x7f; });
    if (token.empty() || token.size() > token_bytes_max || !printable)
      return fail("sync", "token_file", path_ + " holds no bearer token");
    return token;
  }

  std::string path_;
  std::string header_;
};

}  // namespace

Result<std::unique_ptr<Authorizer>> no_sign_in(const std::string& base_url) {
  const auto origin = origin_of(base_url);
  if (!origin) return pass_on(origin.error());
  if (!is_loopback(*origin))
    return fail("sync", "sign_in_needed", "no sign-in is allowed on loopback only");
  return certificate_only();
}

std::unique_ptr<Authorizer> certificate_only() {
  return std::make_unique<NoHeader>();
}

std::unique_ptr<Authorizer> bearer_from_file(std::string path) {
  return std::make_unique<BearerFromFile>(std::move(path));
}

}  // namespace kiosk::sync
