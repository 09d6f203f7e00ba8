#pragma once
// A production with shots in sequences, with and without episodes, besides what PublishTest has.

#include "publish_support.hpp"
#include "services/folder/folder_template.hpp"
#include "services/folder/locate.hpp"
#include "services/folder/preview.hpp"
#include "services/folder/resolve.hpp"
#include "services/folder/studio_mapping.hpp"
#include "services/folder/tree.hpp"

namespace bifrost::tests {

class FolderTest : public PublishTest {
  protected:
    void SetUp() override {
        PublishTest::SetUp();
        model_ = make_product(hero_.id, "model");
        ep01_ = make_entity("episode", "EP01", bar_.id);
        sq010_ = make_entity("sequence", "sq010", ep01_);
        sh0010_ = make_entity("shot", "Sh0010", sq010_);
        trailer_ = make_entity("sequence", "trailer", bar_.id);
        sh0020_ = make_entity("shot", "sh0020", trailer_);
    }

    Id make_entity(const std::string& kind, const std::string& label, const Id& parent) {
        return write(owner_, [&](access::Call& call) -> Result<Id> {
            project::NewEntity entity;
            entity.kind = kind;
            entity.project_id = bar_.id;
            entity.parent_id = parent;
            entity.typed_code = label;
            BIFROST_ASSIGN(const auto made, project::insert_entity(call, entity));
            return made.id;
        });
    }

    std::vector<folder::ResolvedPath> resolve(const access::Actor& actor, const boost::json::value& body) {
        return read([&](database::Tx& tx) -> Result<std::vector<folder::ResolvedPath>> {
            BIFROST_ASSIGN(const auto request, folder::read_resolve_request(body));
            return folder::resolve_paths(tx, actor, "bar", request, root_);
        });
    }
    folder::ResolvedPath resolve_one(boost::json::object item) {
        return resolve(owner_, boost::json::object{{"items", boost::json::array{std::move(item)}}}).at(0);
    }
    std::string path_of(const Id& entity, const std::string& data_type = "published") {
        const auto found = resolve_one({{"entity_id", entity.text()}, {"data_type", data_type}});
        return found.error.empty() ? found.path : "error: " + found.error;
    }
    std::vector<folder::Located> parse(const access::Actor& actor, const std::vector<std::string>& paths,
                                       const std::string& mapping = "") {
        return read([&](database::Tx& tx) {
            return folder::parse_paths(tx, actor, "bar", {mapping, "", paths}, root_);
        });
    }
    folder::Located parse_one(const std::string& path) { return parse(owner_, {path}).at(0); }

    Result<folder::FolderTemplate> try_template(const access::Actor& actor, std::string_view data_type,
                                                std::string_view kind, std::string_view pattern,
                                                boost::json::array children = {}) {
        return try_write(actor, [&](access::Call& call) {
            return folder::create_folder_template(call, "bar",
                                                  boost::json::object{{"data_type", data_type},
                                                                      {"entity_kind", kind},
                                                                      {"pattern", pattern},
                                                                      {"children", children}});
        });
    }
    folder::FolderTemplate make_template(std::string_view data_type, std::string_view kind,
                                         std::string_view pattern, boost::json::array children = {}) {
        return must(try_template(owner_, data_type, kind, pattern, std::move(children)));
    }

    std::string root_ = "/mnt/projects";
    publish::Product model_;
    Id ep01_, sq010_, sh0010_, trailer_, sh0020_;
};

} // namespace bifrost::tests
