#include "apps/checklist.hpp"

#include <algorithm>
#include <fstream>

#include "database/activity.hpp"

namespace bifrost::apps {
namespace {

/// The first word of a file of the control group (cgroups(7)): "max" means no limit.
std::string limit_of(const char* path) {
    std::ifstream file(path);
    std::string word;
    file >> word;
    return word;
}

class Checklist {
  public:
    Checklist(const config::Config& config, database::Database* database) : config_(config) {
        if (database == nullptr) return;
        const auto activity = database->read([](database::Tx& tx) { return database::find_activity(tx); });
        if (activity) activity_ = *activity;
        const auto replicas = database->read([](database::Tx& tx) { return database::count_standbys(tx); });
        if (replicas) standbys_ = *replicas;
    }

    std::vector<Finding> answer() {
        security();
        resources();
        monitoring();
        availability();
        recovery();
        return std::move(findings_);
    }

  private:
    void say(std::string check, bool yes, std::string fine, std::string advice) {
        findings_.push_back(
            {std::move(check), yes ? "yes" : "no", yes ? std::move(fine) : std::move(advice)});
    }
    void by_hand(std::string check, std::string how) {
        findings_.push_back({std::move(check), "by hand", std::move(how)});
    }

    void security() {
        by_hand("security: all containers are scanned for vulnerabilities",
                "the release pipeline scans and stops on critical ones: docs/operations/supply-chain.md");
        // Production doesn't start with passwords and keys that stand in examples.
        say("security: secrets are properly managed", config_.is_production(),
            "production refuses secrets out of examples, and flags can't carry any",
            "set ENVIRONMENT=production, which refuses secrets that stand in examples");
        by_hand("security: network policies are in place",
                "kubectl get networkpolicy: bifrost-default-deny and one for each component");
        say("security: TLS is configured for all ingress points", tls(),
            "origins are https and the database is verified",
            "ALLOWED_ORIGINS must be https and DATABASE_URL must ask for sslmode=verify-full");
    }

    [[nodiscard]] bool tls() const {
        const bool origins = !config_.allowed_origins.empty() &&
                             std::ranges::all_of(config_.allowed_origins, [](const std::string& origin) {
                                 return origin.starts_with("https://");
                             });
        const bool database = config_.database_url.find("sslmode=verify-full") != std::string::npos;
        return origins && database && !config_.insecure_lan;
    }

    void resources() {
        const std::string memory = limit_of("/sys/fs/cgroup/memory.max");
        const std::string cpu = limit_of("/sys/fs/cgroup/cpu.max");
        say("resources: requests and limits are set for all containers",
            !memory.empty() && memory != "max" && !cpu.empty() && cpu != "max",
            "this one may use " + memory + " bytes of memory, and its CPU is limited",
            "this process has no limit of memory and CPU; give it resources.limits");
        by_hand("resources: horizontal pod autoscalers are configured",
                "kubectl get hpa: bifrost-api-hpa and bifrost-worker-scaling");
        by_hand("resources: storage is properly sized and backed up",
                "kubectl get pvc, and kubectl get cronjob bifrost-backup: docs/operations/sizing.md");
    }

    void monitoring() {
        by_hand("monitoring: Prometheus scraping is configured",
                "count(up{component=~\"api|worker\"} == 1) is the number of pods");
        by_hand("monitoring: Grafana dashboards are set up", "import deploy/monitoring/dashboards/*.json");
        by_hand("monitoring: alerting rules are defined",
                "deploy/monitoring/rules are loaded: ALERTS, and Prometheus' page of rules");
        say("monitoring: log aggregation is working", config_.logs_json(),
            "logs are JSON on standard output, as collectors take them",
            "set LOG_FORMAT=json, and let the node's collector take standard output");
    }

    void availability() {
        by_hand("high availability: multi-zone deployment",
                "kubectl get pods -o wide: pods of a component in several zones");
        say("high availability: database replication", standbys_ > 0,
            std::to_string(standbys_) + " replicas follow the primary",
            "no replica follows the database (or this user may not see them: grant pg_monitor)");
        by_hand("high availability: proper pod anti-affinity rules",
                "kubectl get deploy bifrost-api -o yaml: podAntiAffinity and topologySpreadConstraints");
        by_hand("high availability: readiness and liveness probes",
                "kubectl get deploy -o yaml: /readyz and /livez of API and worker");
    }

    void recovery() {
        say("disaster recovery: backup procedures are tested", activity_ && activity_->archives != 0,
            "the database's log is archived; see that bifrost verify --backup passes on the newest backup",
            "the database's log is not archived: only whole backups could be gone back to");
        by_hand("disaster recovery: restore procedures are documented and tested",
                "docs/operations/backup.md: bifrost restore into an empty database, once a month");
        by_hand("disaster recovery: the plan is communicated to the team",
                "everybody who is on call has restored a site once");
    }

    const config::Config& config_;
    std::optional<database::Activity> activity_;
    std::int64_t standbys_ = 0;
    std::vector<Finding> findings_;
};

} // namespace

std::vector<Finding> answer_checklist(const config::Config& config, database::Database* database) {
    return Checklist(config, database).answer();
}

} // namespace bifrost::apps
