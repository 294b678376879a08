#include <sys/stat.h>

#include <set>

#include "fixture.h"
#include "kiosk/store/key_file.h"

using namespace kiosk;
using namespace kiosk::store;
using namespace kiosk::store::testing;

TEST_CASE("vault: what is sealed opens again and does not show its text") {
  const Vault vault = test_vault();
  const Bytes sealed = vault.seal(as_bytes("13800138000"), "person/p1");
  CHECK(as_text(sealed).find("138") == std::string_view::npos);
  CHECK(as_text(vault.open(sealed, "person/p1").value()) == "13800138000");
}

TEST_CASE("vault: two seals of one text differ") {
  const Vault vault = test_vault();
  CHECK(vault.seal(as_bytes("x"), "person/p1") != vault.seal(as_bytes("x"), "person/p1"));
}

TEST_CASE("vault: a record moved to another row, changed, cut or under another key does not open") {
  const Vault vault = test_vault();
  Bytes sealed = vault.seal(as_bytes("王小芳"), "person/p1");
  CHECK(vault.open(sealed, "person/p2").error().code == "sealed");
  CHECK(test_vault(8).open(sealed, "person/p1").error().code == "sealed");
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    CHECK_FALSE(vault.open(ByteView(sealed).first(size), "person/p1").has_value());
  }
  sealed[30] ^= 1;
  CHECK_FALSE(vault.open(sealed, "person/p1").has_value());
}

TEST_CASE("vault: look-up hashes depend on system, value, their border and the key") {
  const Vault vault = test_vault();
  CHECK(vault.lookup_hash("ab", "c") == vault.lookup_hash("ab", "c"));
  CHECK(vault.lookup_hash("ab", "c") != vault.lookup_hash("a", "bc"));
  CHECK(vault.lookup_hash("ab", "c") != test_vault(8).lookup_hash("ab", "c"));
}

TEST_CASE("vault: a key of another length is refused") {
  CHECK(Vault::create(Bytes(31), counting_random()).error().code == "bad_key");
  CHECK(Vault::create(Bytes(33), counting_random()).error().code == "bad_key");
}

TEST_CASE("vault: the system's randomness gives what is asked and never the same") {
  const RandomSource random = system_random();
  const Bytes first = random(32);
  CHECK(first.size() == 32);
  CHECK(first != random(32));
}

TEST_CASE("vault: of two copies of one source of randomness neither gives what the other gave") {
  const RandomSource first = system_random();
  std::set<Bytes> nonces = {first(24)};
  const RandomSource second = first;
  for (int i = 0; i < 200; ++i) {
    nonces.insert(first(24));
    nonces.insert(second(24));
  }
  CHECK(nonces.size() == 401);
}

TEST_CASE("key file: a made one reads back and is never overwritten") {
  const Folder folder;
  const std::string path = folder.file("key");
  const Bytes key = create_key_file(path, counting_random()).value();
  CHECK(read_key_file(path).value() == key);
  CHECK(create_key_file(path, counting_random(2)).error().code == "key_exists");
  CHECK(read_key_file(path).value() == key);
}

TEST_CASE(
    "key file: raw bytes and hexadecimal digits are taken, other lengths and digits are not") {
  const Folder folder;
  const std::string path = folder.file("key");
  const auto code_for = [&](const std::string& text) {
    write_file(path, text);
    chmod(path.c_str(), 0600);
    auto key = read_key_file(path);
    return key ? std::string_view("good") : key.error().code;
  };
  CHECK(code_for(std::string(32, '\n')) == "good");
  CHECK(code_for(std::string(64, 'A')) == "good");
  CHECK(code_for(std::string(64, 'a') + "\r\n") == "good");
  CHECK(code_for(std::string(64, 'g')) == "bad_key");
  CHECK(code_for(std::string(63, 'a')) == "bad_key");
  CHECK(code_for(std::string(66, 'a')) == "bad_key");
  CHECK(code_for(std::string(31, 'a')) == "bad_key");
  CHECK(code_for("") == "bad_key");
}

TEST_CASE("key file: one that others may use is refused") {
  const Folder folder;
  const std::string path = folder.file("key");
  write_file(path, std::string(32, 'k'));
  for (const mode_t mode : {0640U, 0604U, 0620U, 0601U}) {
    chmod(path.c_str(), mode);
    CHECK(read_key_file(path).error().code == "key_permissions");
  }
  CHECK(read_key_file(folder.file("none")).error().code == "key_missing");
}

TEST_CASE("key file: a half-made one of before a power cut is no hindrance") {
  const Folder folder;
  const std::string path = folder.file("key");
  write_file(path + ".part", "0123");
  CHECK(create_key_file(path, counting_random()).has_value());
  CHECK_FALSE(std::filesystem::exists(path + ".part"));
  CHECK(read_key_file(path).has_value());
}

TEST_CASE("key file: a destroyed one is overwritten before it goes") {
  const Folder folder;
  const std::string path = folder.file("key");
  REQUIRE(create_key_file(path, counting_random()));
  std::filesystem::create_hard_link(path, folder.file("witness"));
  REQUIRE(destroy_key_file(path));
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(contents(folder.file("witness")) == std::string(65, '\0'));
  CHECK(destroy_key_file(path));  // done already
  CHECK(destroy_key_file(folder.file("none/key")));
  std::filesystem::create_directory(path);
  CHECK(destroy_key_file(path).error().code == "io");
}

TEST_CASE("key file: the next key takes the place of the old one, which is overwritten") {
  const Folder folder;
  const std::string path = folder.file("key");
  REQUIRE(create_key_file(path, counting_random()));
  const Bytes next = create_key_file(next_key_file(path), counting_random(2)).value();
  std::filesystem::create_hard_link(path, folder.file("witness"));
  REQUIRE(adopt_next_key_file(path));
  CHECK(read_key_file(path).value() == next);
  CHECK_FALSE(std::filesystem::exists(next_key_file(path)));
  CHECK(contents(folder.file("witness")) == std::string(65, '\0'));
  CHECK(adopt_next_key_file(path).error().code == "io");
  CHECK(read_key_file(path).value() == next);
}

TEST_CASE("key file: a credential may look open to others, for its folder is not") {
  const Folder folder;
  const std::string path = folder.file("kiosk-vault-key");
  write_file(path, std::string(32, 'k'));
  chmod(path.c_str(), 0440);
  CHECK(read_key_file(path, KeyFileAccess::as_mounted).has_value());
}
