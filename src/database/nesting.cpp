#include "database/nesting.hpp"

#include <stdexcept>
#include <utility>

namespace bifrost::database {
namespace {

thread_local const Database* current = nullptr;

}

InTransaction::InTransaction(const Database& database) : outer_(current) {
    if (current == &database)
        throw std::logic_error("a transaction began inside another one; pass the Tx on instead");
    current = &database;
}

InTransaction::~InTransaction() { current = outer_; }

} // namespace bifrost::database
