#include "services/comment/comment_input.hpp"

#include "services/comment/comment.sql.hpp"
#include "services/comment/markdown.hpp"

namespace bifrost::comment {
namespace {

constexpr std::size_t kMostStrokes = 2000;
constexpr std::size_t kMostPoints = 50'000;
constexpr std::size_t kMostDrawing = std::size_t{256} * 1024;
constexpr std::size_t kMostMentions = 50;
constexpr std::int64_t kMostFrame = 1'000'000'000;

bool is_share(const boost::json::value& value) {
    if (!value.is_number()) return false;
    const double number = value.to_number<double>();
    return number >= 0 && number <= 1;
}

/// What is wrong with one stroke; empty when nothing is. Counts its points.
std::string check_stroke(const boost::json::value& value, std::size_t& points) {
    const auto* stroke = value.if_object();
    const auto* list = stroke ? stroke->if_contains("points") : nullptr;
    if (list == nullptr || !list->is_array())
        return "must have a list `points` of [x, y] or [x, y, pressure]";
    for (const auto& point : list->get_array()) {
        const auto* numbers = point.if_array();
        if (++points > kMostPoints) return "has too many points: at most 50,000 in all";
        if (numbers == nullptr || numbers->size() < 2 || numbers->size() > 3)
            return "has a point that is no [x, y] or [x, y, pressure]";
        for (const auto& number : *numbers)
            if (!is_share(number)) return "has a coordinate outside of 0 to 1";
    }
    for (const auto& member : *stroke) {
        const std::string_view key = member.key();
        if (key != "points" && key != "colour" && key != "width" && key != "tool")
            return "has the unknown member '" + std::string(key.substr(0, 64)) + "'";
        if (key == "width" && !is_share(member.value())) return "has a width outside of 0 to 1";
        const auto* text = member.value().if_string();
        if ((key == "colour" || key == "tool") && (text == nullptr || text->size() > 32))
            return "has a colour or tool that is no short text";
    }
    return "";
}

void read_drawing(json::Reader& reader, Comment& comment) {
    if (reader.is_null("drawing")) {
        reader.member("drawing");
        comment.drawing.reset();
        return;
    }
    const auto* strokes = reader.array("drawing", kMostStrokes);
    if (strokes == nullptr) return;
    std::size_t points = 0;
    for (std::size_t i = 0; i < strokes->size(); ++i)
        if (const std::string fault = check_stroke((*strokes)[i], points); !fault.empty()) {
            reader.add_item_error("drawing", i, fault);
            return;
        }
    std::string text = json::canonical(*strokes);
    if (text.size() > kMostDrawing)
        reader.add_error("drawing", "is larger than 256 KiB");
    else
        comment.drawing = json::Raw{std::move(text)};
}

} // namespace

void read_written(json::Reader& reader, Comment& comment, bool is_new) {
    if (!is_new) reader.refuse_null({"text"});
    const json::TextLimits limits{1, 20'000, true};
    if (is_new)
        comment.text = reader.text("text", limits);
    else if (const auto text = reader.optional_text("text", limits))
        comment.text = *text;
    comment.html = render_markdown(comment.text);
    const auto frame = reader.optional_integer("frame", -kMostFrame, kMostFrame);
    if (frame || reader.is_null("frame")) comment.frame = frame;
    read_drawing(reader, comment);
}

Result<> read_mentions(database::Tx& tx, json::Reader& reader, Comment& comment) {
    std::vector<Id> users;
    for (const auto& code : find_mentions(comment.text)) {
        BIFROST_ASSIGN(const auto rows, tx.query(sql::find_user, code, comment.project_id));
        if (rows.empty()) continue;
        const auto site_role = rows[0].text(1);
        const bool sees = site_role == "owner" || site_role == "admin" ||
                          (!rows[0].is_null(2) && rows[0].text(2) != "client");
        if (!sees)
            reader.add_error("text", "mentions @" + code + ", who can't see this");
        else
            users.push_back(rows[0].id(0));
    }
    if (users.size() > kMostMentions) reader.add_error("text", "mentions more than 50 people");
    comment.mentions.text = json::to_json(users);
    return {};
}

} // namespace bifrost::comment
