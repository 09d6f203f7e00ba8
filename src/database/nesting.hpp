#pragma once
// A transaction inside another of the same database would wait for itself; that is a bug, and is said at
// once.

namespace bifrost::database {

class Database;

/// Marks this thread as being inside a transaction of `database` while it lives; throws std::logic_error when
/// it is already.
class InTransaction {
  public:
    explicit InTransaction(const Database& database);
    InTransaction(const InTransaction&) = delete;
    InTransaction& operator=(const InTransaction&) = delete;
    ~InTransaction();

  private:
    const Database* outer_;
};

} // namespace bifrost::database
