#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "kiosk/base/bytes.h"
#include "kiosk/base/instant.h"
#include "kiosk/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace kiosk::store {

/// The row that a running query stands on; valid only inside the callback that receives it.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  bool null(int column) const;
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  Bytes blob(int column) const;
  Instant instant(int column) const { return from_ms(integer(column)); }

 private:
  sqlite3_stmt* statement_;
};

template <typename T>
struct ResultValue {
  using type = T;
  static constexpr bool is_result = false;
};
template <typename T>
struct ResultValue<Result<T>> {
  using type = T;
  static constexpr bool is_result = true;
};

/// One exclusive connection to one SQLite file, with its prepared statements. A connection that was
/// dropped is opened again by the next call, so that what a failed COMMIT left is read from the
/// file. Errors of every call: store/disk_full, store/io, store/corrupt, store/in_use,
/// store/read_only, store/cannot_open, store/constraint, store/sql. Thread: one owner.
class Database {
 public:
  struct Location {
    std::string path;  ///< or ":memory:", which lives as long as this object
    std::string vfs;   ///< name of a registered sqlite3_vfs; empty: the default one
    bool operator==(const Location&) const = default;
  };
  enum class Close { checkpoint, leave_files_alone };

  static Result<Database> open(Location location);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  /// Runs statements without values; what they return is dropped.
  Result<void> script(const char* sql);

  /// Runs one statement with its values (?1, ?2 ...); gives the number of rows that it changed.
  template <typename... Values>
  Result<std::int64_t> run(std::string_view sql, const Values&... values) {
    auto statement = prepare(sql);
    if (!statement) return pass_on(statement.error());
    int index = 0;
    (bind(statement->get(), ++index, values), ...);
    auto row = step(*statement);
    if (!row) return pass_on(row.error());
    return changes();
  }

  /// What `map` makes of each row; `map` gives a value or a Result of one.
  template <typename Map, typename... Values>
  auto select(std::string_view sql, Map map, const Values&... values)
      -> Result<std::vector<typename ResultValue<std::invoke_result_t<Map, const Row&>>::type>> {
    using Mapped = ResultValue<std::invoke_result_t<Map, const Row&>>;
    auto statement = prepare(sql);
    if (!statement) return pass_on(statement.error());
    int index = 0;
    (bind(statement->get(), ++index, values), ...);
    std::vector<typename Mapped::type> found;
    while (true) {
      auto row = step(*statement);
      if (!row) return pass_on(row.error());
      if (!*row) return found;
      auto value = map(Row(statement->get()));
      if constexpr (Mapped::is_result) {
        if (!value) return pass_on(value.error());
        found.push_back(std::move(*value));
      } else {
        found.push_back(std::move(value));
      }
    }
  }

  /// The first row, if any.
  template <typename Map, typename... Values>
  auto select_one(std::string_view sql, Map map, const Values&... values)
      -> Result<std::optional<typename ResultValue<std::invoke_result_t<Map, const Row&>>::type>> {
    auto rows = select(sql, std::move(map), values...);
    if (!rows) return pass_on(rows.error());
    if (rows->empty()) return std::nullopt;
    return std::move(rows->front());
  }

  Result<std::int64_t> count(std::string_view sql, const auto&... values) {
    auto row = select_one(
        sql, [](const Row& r) { return r.integer(0); }, values...);
    if (!row) return pass_on(row.error());
    return row->value_or(0);
  }

  /// The key that the last INSERT gave a row.
  std::int64_t last_key() const;

  /// Brings to the disk what an earlier connection may have left in memory alone; to be done before
  /// anything is built on what the file says. Errors: store/io, store/disk_full.
  Result<void> write_log_anew();
  /// Closes the connection; the next call opens the file again and writes its log anew. No effect
  /// on ":memory:".
  void disconnect(Close how);

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  struct Reset {  ///< gives a cached statement back
    void operator()(sqlite3_stmt* statement) const;
  };
  using Cached = std::unique_ptr<sqlite3_stmt, Finalize>;
  using Statement = std::unique_ptr<sqlite3_stmt, Reset>;

  explicit Database(Location location) : location_(std::move(location)) {}
  Result<void> connect();
  Result<void> reconnect();
  Result<void> execute(const char* sql);
  Result<Statement> prepare(std::string_view sql);
  Result<bool> step(Statement& statement);
  std::int64_t changes() const;
  tl::unexpected<Error> failure(std::string_view doing) const;

  static void bind(sqlite3_stmt* statement, int index, std::int64_t value);
  static void bind(sqlite3_stmt* statement, int index, std::string_view value);
  static void bind(sqlite3_stmt* statement, int index, ByteView value);
  static void bind(sqlite3_stmt* statement, int index, std::nullptr_t);
  static void bind(sqlite3_stmt* statement, int index, Instant value) {
    bind(statement, index, to_ms(value));
  }
  template <typename Number>
  requires(std::integral<Number> ||
           std::is_enum_v<Number>) static void bind(sqlite3_stmt* statement, int index,
                                                    Number value) {
    bind(statement, index, static_cast<std::int64_t>(value));
  }
  template <typename Value>
  static void bind(sqlite3_stmt* statement, int index, const std::optional<Value>& value) {
    value ? bind(statement, index, *value) : bind(statement, index, nullptr);
  }

  Location location_;
  sqlite3* handle_ = nullptr;
  bool log_is_doubted_ = false;  ///< nothing is read before it has been written anew
  std::map<std::string, Cached, std::less<>> statements_;
};

/// One write transaction. It remembers its first error, does nothing after it, and reports it at
/// `commit`; without a successful commit everything is rolled back.
class Transaction {
 public:
  explicit Transaction(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  template <typename... Values>
  std::int64_t run(std::string_view sql, const Values&... values) {
    if (!state_) return 0;
    auto changed = database_.run(sql, values...);
    if (!changed) state_ = pass_on(changed.error());
    return changed.value_or(0);
  }

  /// Ends the transaction with an error that SQLite does not see; the first one stays.
  void fail(Error error) {
    if (state_) state_ = pass_on(std::move(error));
  }
  /// The first error so far.
  const Result<void>& state() const { return state_; }
  Database& database() { return database_; }

  /// When COMMIT itself fails, the outcome is not known and the connection is dropped: the next
  /// call reads from the file what is true. `end_is_unknown` tells this case from an error before
  /// it.
  Result<void> commit();
  bool end_is_unknown() const { return end_is_unknown_; }

 private:
  Database& database_;
  Result<void> state_;
  bool open_ = false;
  bool end_is_unknown_ = false;
};

/// A statement that has to change exactly one row.
///
/// Errors, in the transaction: store/wrong_state when it changes none or more.
template <typename... Values>
void change_one(Transaction& transaction, std::string_view sql, const Values&... values) {
  if (transaction.run(sql, values...) != 1) {
    transaction.fail({"store", "wrong_state", "no row is in the state that this step begins from"});
  }
}

}  // namespace kiosk::store
