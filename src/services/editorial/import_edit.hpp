#pragma once
// Importing edits: first a plan, then, in one transaction, what it says.

#include <optional>
#include <string>

#include "access/call.hpp"
#include "services/editorial/cut.hpp"
#include "services/editorial/plan.hpp"

namespace bifrost::editorial {

struct ImportRequest {
    std::string format;      ///< otio, edl
    std::string naming;      ///< as names are usually made when empty
    std::string sequence;    ///< its code, for patterns without {sequence}
    std::string rate;        ///< of an EDL: the project's when empty; of OTIO: the file's
    std::string source_name; ///< of the file, as people know it
    PlanOptions options;
};

struct Imported {
    Plan plan;
    bool applied = false;
    std::optional<Cut> cut; ///< nothing after a dry run, or when the same edit is current already
    std::optional<std::string> position;
};

/// What importing would do. Errors: those of the readers and of Naming; conflict for an archived sequence.
Result<Imported> plan_import(database::Tx& tx, const access::Actor& actor, std::string_view project,
                             const ImportRequest& request, std::string_view file);
/// Does it: sequences and shots that are new are made, vanished ones omitted, the others changed; the edit
/// becomes the current cut of its sequence, its episode or the project. Needs shot:create, shot:update and
/// what the workflow asks for omitting. Adds the events of the shots and "cut.imported".
Result<Imported> import_edit(access::Call& call, std::string_view project, const ImportRequest& request,
                             std::string_view file);

/// Goes back to an earlier cut: what its edit would mean if it came today, shots by what they are and not by
/// their names.
Result<Imported> plan_apply_cut(database::Tx& tx, const access::Actor& actor, const Id& cut_id);
Result<Imported> apply_cut(access::Call& call, const Id& cut_id);

} // namespace bifrost::editorial
