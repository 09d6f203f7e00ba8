#pragma once
// What people say about an entity: Markdown with mentions and check lists, replies, drawings on a frame,
// reactions.

#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "access/call.hpp"
#include "query/list.hpp"

namespace bifrost::comment {

struct Comment {
    Id id;
    Id entity_id;
    std::string entity_kind;
    Id project_id;
    std::optional<Id> reply_to; ///< the first comment of its thread
    std::optional<Id> author_id;
    std::string text; ///< Markdown, as written; empty once it is removed
    std::string html; ///< safe to show
    std::optional<std::int64_t> frame;
    std::optional<json::Raw> drawing; ///< strokes in coordinates of 0 to 1
    json::Raw mentions{"[]"};         ///< ids of users
    std::optional<Timestamp> resolved_at;
    std::optional<Id> resolved_by;
    std::optional<Timestamp> removed_at;
    Timestamp created_at;
    Timestamp updated_at;
    std::int64_t revision = 1;
    json::Raw reactions{"[]"}; ///< [{emoji, users}]
};
BOOST_DESCRIBE_STRUCT(Comment, (),
                      (id, entity_id, entity_kind, project_id, reply_to, author_id, text, html, frame,
                       drawing, mentions, resolved_at, resolved_by, removed_at, created_at, updated_at,
                       revision, reactions))

/// Of one entity, oldest first. not_found when the entity may not be seen; drafts have no comments.
Result<query::Page<Comment>> list_comments(database::Tx& tx, const access::Actor& actor, const Id& entity_id,
                                           const query::ListRequest& request, std::optional<bool> resolved);
Result<Comment> get_comment(database::Tx& tx, const access::Actor& actor, const Id& id);

/// `body`: {entity_id, text, reply_to?, frame?, drawing?}. invalid for a mention of somebody who can't see
/// the entity and for a drawing over 256 KiB. A reply joins the thread that the other belongs to. Needs
/// comment:create. Adds "comment.created".
Result<Comment> create_comment(access::Call& call, const boost::json::value& body);
/// JSON Merge Patch of text, frame and drawing (the author's only) and resolved (anybody's who may comment).
/// Adds "comment.updated".
Result<Comment> update_comment(access::Call& call, const Id& id, const boost::json::value& patch,
                               std::optional<std::int64_t> if_revision);
/// Empties it; its replies stay. The author's, or with comment:moderate anybody's. Adds "comment.removed".
Result<Comment> remove_comment(access::Call& call, const Id& id, std::optional<std::int64_t> if_revision);
/// `body`: {index, checked}: sets one check box of the text, whoever wrote it.
Result<Comment> check_item(access::Call& call, const Id& id, const boost::json::value& body);
/// `body`: {emoji}. Each person once with each; the same again changes nothing.
Result<Comment> add_reaction(access::Call& call, const Id& id, const boost::json::value& body);
Result<Comment> remove_reaction(access::Call& call, const Id& id, const std::string& emoji);

} // namespace bifrost::comment
