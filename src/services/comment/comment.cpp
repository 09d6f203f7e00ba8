#include "services/comment/comment.hpp"

#include <algorithm>
#include <map>

#include <boost/json/parse.hpp>

#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "services/comment/comment.sql.hpp"
#include "services/comment/comment_input.hpp"
#include "services/comment/markdown.hpp"

namespace bifrost::comment {
namespace {

using access::Permission;

constexpr std::int64_t kMostReactions = 500;

Error missing() { return Error{Errc::not_found, "There is no such comment."}; }

struct Subject {
    std::string kind;
    Id project_id;
    bool archived = false;
};

/// The entity, when the actor may see it; drafts are their authors' alone and have no comments.
Result<Subject> look_at(database::Tx& tx, const access::Actor& actor, const Id& entity_id,
                        Permission permission) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_subject, entity_id));
    const Error none{Errc::not_found, "There is no such entity."};
    if (rows.empty()) return none;
    Subject subject{std::string(rows[0].text(0)), rows[0].id(1), !rows[0].is_null(2)};
    BIFROST_CHECK(actor.require(Permission::project_read, subject.project_id, "entity"));
    if (!rows[0].is_null(3) && rows[0].text(3) != "published") {
        if (rows[0].id(4) != actor.user_id && !actor.is_administrator()) return none;
        return Error{Errc::conflict, "A draft has no comments: publish it first."};
    }
    BIFROST_CHECK(actor.require(permission, subject.project_id, "entity"));
    return subject;
}

Result<> read_reactions(database::Tx& tx, std::vector<Comment>& comments) {
    if (comments.empty()) return {};
    std::vector<Id> ids;
    for (const auto& one : comments) ids.push_back(one.id);
    BIFROST_ASSIGN(const auto rows, tx.query(sql::list_reactions, json::to_json(ids)));
    std::map<Id, std::map<std::string, std::vector<Id>>> found;
    for (const auto row : rows) found[row.id(0)][std::string(row.text(1))].push_back(row.id(2));
    for (auto& one : comments) {
        const auto at = found.find(one.id);
        if (at == found.end()) continue;
        std::string list = "[";
        for (const auto& [emoji, users] : at->second) {
            if (list.size() > 1) list += ',';
            json::ObjectWriter(list).member("emoji", emoji).member("users", users);
        }
        one.reactions.text = list + "]";
    }
    return {};
}

Result<Comment> with_reactions(database::Tx& tx, Comment comment) {
    std::vector<Comment> list{std::move(comment)};
    BIFROST_CHECK(read_reactions(tx, list));
    return std::move(list[0]);
}

/// The comment with its row locked, when the actor may comment there.
Result<Comment> lock(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision = {}) {
    BIFROST_ASSIGN(const auto rows, call.tx.query(sql::lock_comment, id));
    if (rows.empty()) return missing();
    Comment comment = rows[0].as<Comment>();
    if (!call.actor.may_see(comment.project_id)) return missing();
    BIFROST_CHECK(call.actor.require(Permission::comment_create, comment.project_id, "comment"));
    if (comment.removed_at) return Error{Errc::conflict, "The comment was removed."};
    if (if_revision && *if_revision != comment.revision)
        return Error{Errc::stale_revision, "The comment was changed by someone else: it is at revision " +
                                               std::to_string(comment.revision) + ". Read it again."};
    return with_reactions(call.tx, std::move(comment));
}

void add_event(access::Call& call, std::string_view verb, const Comment& comment, std::string_view before) {
    call.changes.add(
        {"comment." + std::string(verb), comment.project_id, "comment", comment.id,
         events::make_patch(before, json::to_json(comment), {"revision", "updated_at", "html"})});
}

Result<Comment> store(access::Call& call, const Comment& before, Comment comment, std::string_view verb) {
    comment.revision = before.revision + 1;
    comment.updated_at = Timestamp::now();
    BIFROST_CHECK(call.tx.execute(sql::update_comment, comment.id, comment.text, comment.html, comment.frame,
                                  comment.drawing, comment.mentions, comment.resolved_at, comment.resolved_by,
                                  comment.removed_at, comment.updated_at, comment.revision));
    add_event(call, verb, comment, json::to_json(before));
    return comment;
}

} // namespace

Result<query::Page<Comment>> list_comments(database::Tx& tx, const access::Actor& actor, const Id& entity_id,
                                           const query::ListRequest& request, std::optional<bool> resolved) {
    BIFROST_CHECK(look_at(tx, actor, entity_id, Permission::project_read));
    query::ListQuery list(
        "select c.id, c.entity_id, e.kind, c.project_id, c.reply_to_id, c.author_id, c.text, "
        "c.html, c.frame, c.drawing, c.mentions, c.resolved_at, c.resolved_by, "
        "c.removed_at, c.created_at, c.updated_at, c.revision, '[]'",
        "from comment c join entity e on e.id = c.entity_id", "c.id", {{"created_at", "c.created_at", true}},
        "created_at");
    list.where("c.entity_id = ?", database::make_params(entity_id));
    if (resolved) list.where(*resolved ? "c.resolved_at is not null" : "c.resolved_at is null");
    BIFROST_ASSIGN(auto page, list.page<Comment>(tx, request));
    BIFROST_CHECK(read_reactions(tx, page.data));
    return page;
}

Result<Comment> get_comment(database::Tx& tx, const access::Actor& actor, const Id& id) {
    BIFROST_ASSIGN(const auto rows, tx.query(sql::find_comment, id));
    if (rows.empty()) return missing();
    Comment comment = rows[0].as<Comment>();
    if (!actor.may_see(comment.project_id)) return missing();
    return with_reactions(tx, std::move(comment));
}

Result<Comment> create_comment(access::Call& call, const boost::json::value& body) {
    json::Reader reader(body);
    Comment comment;
    comment.entity_id = reader.id("entity_id");
    if (comment.entity_id.is_nil()) {
        read_written(reader, comment, true);
        return reader.finish().error();
    }
    BIFROST_ASSIGN(const Subject subject,
                   look_at(call.tx, call.actor, comment.entity_id, Permission::comment_create));
    comment.entity_kind = subject.kind;
    comment.project_id = subject.project_id;
    read_written(reader, comment, true);
    if (const auto reply_to = reader.optional_id("reply_to")) {
        BIFROST_ASSIGN(const auto rows, call.tx.query(sql::find_comment, *reply_to));
        if (rows.empty() || rows[0].id(1) != comment.entity_id)
            reader.add_error("reply_to", "is no comment on the same entity");
        else
            comment.reply_to = rows[0].is_null(4) ? *reply_to : rows[0].id(4);
    }
    BIFROST_CHECK(read_mentions(call.tx, reader, comment));
    BIFROST_CHECK(reader.finish());
    if (subject.archived)
        return Error{Errc::conflict, "The " + subject.kind + " is archived: restore it first."};
    comment.id = Id::make();
    if (!call.actor.user_id.is_nil()) comment.author_id = call.actor.user_id;
    comment.created_at = comment.updated_at = Timestamp::now();
    BIFROST_CHECK(call.tx.execute(sql::insert_comment, comment.id, comment.entity_id, comment.project_id,
                                  comment.reply_to, comment.author_id, comment.text, comment.html,
                                  comment.frame, comment.drawing, comment.mentions, comment.created_at));
    add_event(call, "created", comment, "");
    return comment;
}

Result<Comment> update_comment(access::Call& call, const Id& id, const boost::json::value& patch,
                               std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const Comment before, lock(call, id, if_revision));
    Comment comment = before;
    json::Reader reader(patch);
    const bool rewrites = reader.has("text") || reader.has("frame") || reader.has("drawing");
    read_written(reader, comment, false);
    if (reader.has("text")) BIFROST_CHECK(read_mentions(call.tx, reader, comment));
    reader.refuse_null({"resolved"});
    const auto resolved = reader.optional_boolean("resolved");
    BIFROST_CHECK(reader.finish());
    if (rewrites && before.author_id != call.actor.user_id)
        return Error{Errc::forbidden, "Only its author rewrites a comment."};
    if (resolved && *resolved != comment.resolved_at.has_value()) {
        comment.resolved_at.reset();
        comment.resolved_by.reset();
        if (*resolved) {
            comment.resolved_at = Timestamp::now();
            comment.resolved_by = call.actor.user_id;
        }
    }
    if (json::to_json(before) == json::to_json(comment)) return before;
    return store(call, before, std::move(comment), "updated");
}

Result<Comment> remove_comment(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision) {
    BIFROST_ASSIGN(const Comment before, lock(call, id, if_revision));
    if (before.author_id != call.actor.user_id)
        BIFROST_CHECK(call.actor.require(Permission::comment_moderate, before.project_id, "comment"));
    Comment comment = before;
    comment.text.clear();
    comment.html.clear();
    comment.drawing.reset();
    comment.mentions.text = "[]";
    comment.removed_at = Timestamp::now();
    return store(call, before, std::move(comment), "removed");
}

Result<Comment> check_item(access::Call& call, const Id& id, const boost::json::value& body) {
    BIFROST_ASSIGN(const Comment before, lock(call, id));
    json::Reader reader(body);
    const auto index = reader.integer("index", 0, 10'000);
    const auto checked = reader.optional_boolean("checked");
    if (!checked && !reader.failed()) reader.add_error("checked", "is required");
    if (!reader.failed() && static_cast<std::size_t>(index) >= count_checks(before.text))
        reader.add_error("index", "is no check box of the comment; they are counted from 0");
    BIFROST_CHECK(reader.finish());
    Comment comment = before;
    comment.text = set_check(before.text, static_cast<std::size_t>(index), *checked);
    if (comment.text == before.text) return before;
    comment.html = render_markdown(comment.text);
    return store(call, before, std::move(comment), "updated");
}

Result<Comment> add_reaction(access::Call& call, const Id& id, const boost::json::value& body) {
    BIFROST_ASSIGN(const Comment before, lock(call, id));
    json::Reader reader(body);
    const std::string emoji = reader.text("emoji", {1, 16});
    if (!reader.failed() && emoji.find_first_of(" <>&\"'/\\") != std::string::npos)
        reader.add_error("emoji", "must be an emoji or its name");
    BIFROST_CHECK(reader.finish());
    BIFROST_ASSIGN(const auto count, call.tx.query(sql::count_reactions, id));
    if (count[0].integer(0) >= kMostReactions) return Error{Errc::conflict, "It has 500 reactions already."};
    BIFROST_ASSIGN(const auto added,
                   call.tx.execute(sql::insert_reaction, id, call.actor.user_id, emoji, Timestamp::now()));
    if (added == 0) return before;
    BIFROST_ASSIGN(auto comment, with_reactions(call.tx, before));
    add_event(call, "reacted", comment, json::to_json(before));
    return comment;
}

Result<Comment> remove_reaction(access::Call& call, const Id& id, const std::string& emoji) {
    BIFROST_ASSIGN(const Comment before, lock(call, id));
    BIFROST_ASSIGN(const auto removed, call.tx.execute(sql::delete_reaction, id, call.actor.user_id, emoji));
    if (removed == 0) return before;
    Comment blank = before;
    blank.reactions.text = "[]";
    BIFROST_ASSIGN(auto comment, with_reactions(call.tx, std::move(blank)));
    add_event(call, "reacted", comment, json::to_json(before));
    return comment;
}

} // namespace bifrost::comment
