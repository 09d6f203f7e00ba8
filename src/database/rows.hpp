#pragma once
// What a query returned, whole in memory; queries are written so that this is small (limits, pages).

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <boost/describe.hpp>
#include <boost/mp11.hpp>

#include "core/id.hpp"
#include "core/json_writer.hpp"
#include "core/timestamp.hpp"

namespace bifrost::database {

/// Implemented by each backend. A null cell has no text. Views live as long as the set.
class ResultSet {
  public:
    ResultSet() = default;
    ResultSet(const ResultSet&) = delete;
    ResultSet& operator=(const ResultSet&) = delete;
    virtual ~ResultSet() = default;

    [[nodiscard]] virtual std::size_t rows() const = 0;
    [[nodiscard]] virtual std::size_t columns() const = 0;
    [[nodiscard]] virtual bool is_null(std::size_t row, std::size_t column) const = 0;
    [[nodiscard]] virtual std::string_view text(std::size_t row, std::size_t column) const = 0;
    [[nodiscard]] virtual std::int64_t integer(std::size_t row, std::size_t column) const = 0;
    [[nodiscard]] virtual double real(std::size_t row, std::size_t column) const = 0;
    /// True for 1, t and true.
    [[nodiscard]] virtual bool boolean(std::size_t row, std::size_t column) const = 0;
};

/// One row of a set; columns by position. Reading a column as what it is not is a bug and throws.
class Row {
  public:
    Row(const ResultSet& set, std::size_t index) : set_(&set), index_(index) {}

    [[nodiscard]] bool is_null(std::size_t column) const { return set_->is_null(index_, column); }
    [[nodiscard]] std::string_view text(std::size_t column) const { return set_->text(index_, column); }
    [[nodiscard]] std::int64_t integer(std::size_t column) const { return set_->integer(index_, column); }
    [[nodiscard]] double real(std::size_t column) const { return set_->real(index_, column); }
    [[nodiscard]] bool boolean(std::size_t column) const { return set_->boolean(index_, column); }
    [[nodiscard]] Id id(std::size_t column) const {
        const auto parsed = Id::parse(text(column));
        if (!parsed) throw std::logic_error("column is not an id");
        return *parsed;
    }
    [[nodiscard]] Timestamp timestamp(std::size_t column) const { return {integer(column)}; }

    /// The column as a C++ type: bool, integers, double, std::string, Id, Timestamp, json::Raw,
    /// FrameRate-like types by an overload of `read_column`, and std::optional of each.
    template <class T>
    [[nodiscard]] T get(std::size_t column) const {
        if constexpr (json::detail::is_optional<T>::value) {
            if (is_null(column)) return std::nullopt;
            return get<typename T::value_type>(column);
        } else if constexpr (std::same_as<T, bool>) {
            return boolean(column);
        } else if constexpr (std::integral<T>) {
            return static_cast<T>(integer(column));
        } else if constexpr (std::floating_point<T>) {
            return real(column);
        } else if constexpr (std::same_as<T, Id>) {
            return id(column);
        } else if constexpr (std::same_as<T, Timestamp>) {
            return timestamp(column);
        } else if constexpr (std::same_as<T, json::Raw>) {
            return json::Raw{std::string(text(column))};
        } else {
            return T(text(column));
        }
    }

    /// Fills a described struct: its members, inherited ones first, in the order of the columns from `column`
    /// on.
    template <class T>
    [[nodiscard]] T as(std::size_t column = 0) const {
        T value{};
        using Members = boost::describe::describe_members<T, boost::describe::mod_public |
                                                                 boost::describe::mod_inherited>;
        boost::mp11::mp_for_each<Members>([&](auto member) {
            using Member = std::remove_reference_t<decltype(value.*member.pointer)>;
            value.*member.pointer = get<Member>(column++);
        });
        return value;
    }

  private:
    const ResultSet* set_;
    std::size_t index_;
};

class Rows {
  public:
    Rows() = default;
    explicit Rows(std::unique_ptr<ResultSet> set) : set_(std::move(set)) {}

    [[nodiscard]] std::size_t size() const { return set_ ? set_->rows() : 0; }
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] std::size_t columns() const { return set_ ? set_->columns() : 0; }
    Row operator[](std::size_t index) const { return {*set_, index}; }

    class iterator {
      public:
        iterator(const Rows& rows, std::size_t index) : rows_(&rows), index_(index) {}
        Row operator*() const { return (*rows_)[index_]; }
        iterator& operator++() {
            ++index_;
            return *this;
        }
        bool operator!=(const iterator& other) const { return index_ != other.index_; }

      private:
        const Rows* rows_;
        std::size_t index_;
    };
    [[nodiscard]] iterator begin() const { return {*this, 0}; }
    [[nodiscard]] iterator end() const { return {*this, size()}; }

  private:
    std::unique_ptr<ResultSet> set_;
};

} // namespace bifrost::database
