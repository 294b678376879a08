#include "kiosk/store/sqlite.h"

#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace kiosk::store {

namespace {

constexpr int busy_timeout_ms = 1000;

// WAL with synchronous=FULL syncs the log at every commit. The exclusive lock keeps other processes
// out and the WAL index in our own memory. What is deleted is overwritten.
constexpr const char* settings =
    "PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA secure_delete = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA journal_size_limit = 8388608;";

std::string_view code_of(int extended) {
  if (extended == SQLITE_IOERR_CORRUPTFS) return "corrupt";
  switch (extended & 0xff) {
    case SQLITE_FULL:
      return "disk_full";
    case SQLITE_IOERR:
      return "io";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "corrupt";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "in_use";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "read_only";
    case SQLITE_CANTOPEN:
      return "cannot_open";
    case SQLITE_CONSTRAINT:
      return "constraint";
    default:
      return "sql";
  }
}

}  // namespace

bool Row::null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Row::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Row::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (!text) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Bytes Row::blob(int column) const {
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  if (!bytes) return {};
  return {bytes, bytes + sqlite3_column_bytes(statement_, column)};
}

void Database::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void Database::Reset::operator()(sqlite3_stmt* statement) const {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
}

Result<Database> Database::open(Location location) {
  Database database(std::move(location));
  if (auto connected = database.connect(); !connected) return pass_on(connected.error());
  return database;
}

Database::Database(Database&& other) noexcept
    : location_(std::move(other.location_)),
      handle_(std::exchange(other.handle_, nullptr)),
      log_is_doubted_(other.log_is_doubted_),
      statements_(std::move(other.statements_)) {}

Database& Database::operator=(Database&& other) noexcept {
  std::swap(location_, other.location_);
  std::swap(handle_, other.handle_);
  std::swap(log_is_doubted_, other.log_is_doubted_);
  std::swap(statements_, other.statements_);
  return *this;
}

Database::~Database() {
  if (log_is_doubted_) disconnect(Close::leave_files_alone);
  statements_.clear();
  sqlite3_close(handle_);
}

Result<void> Database::connect() {
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const char* vfs = location_.vfs.empty() ? nullptr : location_.vfs.c_str();
  const int opened = sqlite3_open_v2(location_.path.c_str(), &handle_, flags, vfs);
  auto result = [&]() -> Result<void> {
    if (opened != SQLITE_OK) return failure("open");
    if (sqlite3_db_readonly(handle_, "main") == 1)
      return fail("store", "read_only",
                  "it cannot be written: look at its owner and mode, and whether its disk is "
                  "mounted read-only");
    sqlite3_busy_timeout(handle_, busy_timeout_ms);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    return execute(settings);
  }();
  if (!result) {
    if (handle_) sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_close(std::exchange(handle_, nullptr));
  }
  return result;
}

// A full disk is no reason to read the whole log at each call until there is room again: the
// connection stays, and only what it could not write is tried once more. What it then wrote may no
// longer be what it checked when it was opened, so a new one checks it.
Result<void> Database::reconnect() {
  if (handle_ && log_is_doubted_) {
    if (auto room = write_log_anew(); !room && room.error().code == "disk_full") return room;
    disconnect(Close::leave_files_alone);
  }
  if (handle_) return {};
  if (auto connected = connect(); !connected) return connected;
  auto anew = write_log_anew();
  log_is_doubted_ = !anew;
  if (!anew && anew.error().code != "disk_full") disconnect(Close::leave_files_alone);
  return anew;
}

// After a sync that failed the kernel may hold pages of the log that are not on the disk and that
// no later sync writes: they read well until the power goes, and all that follows them is lost with
// them. Written once more they reach the disk.
Result<void> Database::write_log_anew() {
  if (location_.path == ":memory:") return {};
  // The log is there once the database has been read.
  if (auto read = execute("SELECT count(*) FROM sqlite_schema"); !read) return read;
  sqlite3_file* log = nullptr;
  sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (log == nullptr || log->pMethods == nullptr) return {};
  constexpr sqlite3_int64 piece = 1 << 16;
  sqlite3_int64 size = 0;
  int result = log->pMethods->xFileSize(log, &size);
  if (result == SQLITE_OK && size == 0) return {};
  const auto bytes = std::make_unique_for_overwrite<char[]>(std::size_t(std::min(size, piece)));
  for (sqlite3_int64 at = 0; result == SQLITE_OK && at < size; at += piece) {
    const int count = static_cast<int>(std::min(piece, size - at));
    result = log->pMethods->xRead(log, bytes.get(), count, at);
    if (result == SQLITE_OK) result = log->pMethods->xWrite(log, bytes.get(), count, at);
  }
  if (result == SQLITE_OK) result = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
  if (result == SQLITE_OK) return {};
  return fail("store", code_of(result), "the log cannot be written anew");
}

void Database::disconnect(Close how) {
  if (!handle_ || location_.path == ":memory:") return;
  if (how == Close::leave_files_alone) {
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }
  statements_.clear();
  sqlite3_close(std::exchange(handle_, nullptr));
}

Result<void> Database::script(const char* sql) {
  if (auto connected = reconnect(); !connected) return connected;
  return execute(sql);
}

Result<void> Database::execute(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failure("script");
  return {};
}

Result<Database::Statement> Database::prepare(std::string_view sql) {
  if (auto connected = reconnect(); !connected) return pass_on(connected.error());
  auto known = statements_.find(sql);
  if (known == statements_.end()) {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &made, nullptr) != SQLITE_OK) {
      return failure("prepare");
    }
    known = statements_.emplace(std::string(sql), Cached(made)).first;
  }
  return Statement(known->second.get());
}

Result<bool> Database::step(Statement& statement) {
  const int result = sqlite3_step(statement.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return failure("step");
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(handle_);
}

std::int64_t Database::last_key() const {
  return sqlite3_last_insert_rowid(handle_);
}

tl::unexpected<Error> Database::failure(std::string_view doing) const {
  const int extended = handle_ ? sqlite3_extended_errcode(handle_) : SQLITE_NOMEM;
  const char* message = handle_ ? sqlite3_errmsg(handle_) : "out of memory";
  return fail("store", code_of(extended),
              std::string(doing) + ": " + message + " (sqlite " + std::to_string(extended) + ")");
}

// The values outlive the statement's run, so SQLite need not copy them.
void Database::bind(sqlite3_stmt* statement, int index, std::int64_t value) {
  sqlite3_bind_int64(statement, index, value);
}

void Database::bind(sqlite3_stmt* statement, int index, std::string_view value) {
  sqlite3_bind_text64(statement, index, value.empty() ? "" : value.data(), value.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
}

void Database::bind(sqlite3_stmt* statement, int index, ByteView value) {
  if (value.empty()) {
    sqlite3_bind_zeroblob(statement, index, 0);
  } else {
    sqlite3_bind_blob64(statement, index, value.data(), value.size(), SQLITE_STATIC);
  }
}

void Database::bind(sqlite3_stmt* statement, int index, std::nullptr_t) {
  sqlite3_bind_null(statement, index);
}

Transaction::Transaction(Database& database) : database_(database) {
  auto begun = database_.run("BEGIN IMMEDIATE");
  if (!begun) state_ = pass_on(begun.error());
  open_ = begun.has_value();
}

Transaction::~Transaction() {
  if (!open_) return;
  // SQLite has already rolled back after some errors; any other failure here means that the
  // connection cannot be trusted, so the next call starts from the file.
  if (auto back = database_.run("ROLLBACK"); !back && back.error().code != "sql") {
    database_.disconnect(Database::Close::leave_files_alone);
  }
}

Result<void> Transaction::commit() {
  if (!state_) return state_;
  auto committed = database_.run("COMMIT");
  if (committed) {
    open_ = false;
    return {};
  }
  end_is_unknown_ = true;
  state_ = pass_on(committed.error());
  open_ = false;
  if (auto back = database_.run("ROLLBACK"); !back) {
    // Nothing was open any more; the connection goes either way.
  }
  database_.disconnect(Database::Close::leave_files_alone);
  return state_;
}

}  // namespace kiosk::store
