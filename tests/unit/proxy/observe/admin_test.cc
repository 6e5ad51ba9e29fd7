#include "proxy/observe/admin.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "mesh/config/cluster.h"
#include "mesh/config/tls.h"
#include "proxy/observe/proto_names.h"
#include "tests/support/config_text.h"
#include "tests/support/requests.h"

namespace lab::proxy {
namespace {

class TestSource final : public AdminSource {
 public:
  ServerView server() override {
    ServerView view;
    view.version = "lab/1";
    view.state = state;
    return view;
  }
  ConfigView config() override {
    ConfigView view;
    view.bootstrap = Value(Value::Object{});
    ResourceView cluster;
    cluster.name = "c";
    cluster.dynamic = true;
    cluster.version_info = "7";
    cluster.config = config::Any::of(config_of<config::Cluster>(
        "{name: c, connect_timeout: 1s, metadata: {filter_metadata: {lab: {camelKey: 1}}}}"));
    view.clusters.push_back(cluster);
    ResourceView secret;
    secret.name = "s";
    secret.config = config::Any::of(
        config_of<config::Secret>("{name: s, tls_certificate: {certificate_chain: {filename: /c}, "
                                  "private_key: {inline_string: verysecret}}}"));
    view.secrets.push_back(secret);
    secret.name = "refreshed";
    secret.dynamic = true;
    secret.version_info = "1";
    view.secrets.push_back(secret);
    view.failed_secrets.push_back({"refreshed", "2", "no certificate there", SystemTime{}});
    view.failed_secrets.push_back({"awaited", "1", "no file there", SystemTime{}});
    view.failed_listeners.push_back({"bad", "3", "no such thing", SystemTime{}});
    return view;
  }
  std::vector<ClusterView> clusters() override {
    ClusterView view;
    view.name = view.observability_name = "c";
    HostView host;
    host.address = "10.0.0.1:80";
    host.ip = IpPort::parse(host.address);
    host.health_text = "/failed_outlier_check/degraded_eds_health";
    host.rq_total = 5;
    view.hosts = {host};
    return {view};
  }
  std::vector<ListenerView> listeners() override {
    return {{"l", {*IpPort::parse("127.0.0.1:80")}, ""}, {"p", {}, "/socket"}};
  }
  std::vector<CertificateSetView> certificates() override {
    auto certificate = std::make_shared<CertificateInfo>();
    certificate->file = "/tls.crt";
    certificate->serial = "1f";
    certificate->dns_sans = {"a.com"};
    return {{{}, {certificate}}};
  }
  StatsSnapshot stats() override {
    StatsStore store;
    store.counter("a.b").add(2);
    return StatsSnapshot::of({&store});
  }
  const TraceStore& trace() override { return trace_; }
  std::map<std::string, std::string> log_levels() override { return {{"http", level}}; }
  void reset_counters() override { did += "reset "; }
  void set_log_level(const std::string&, const std::string& to) override { level = to; }
  void set_healthy(bool healthy) override { did += healthy ? "ok " : "fail "; }
  void drain_listeners(const DrainRequest& request) override {
    did += request.graceful ? "drain-gracefully " : "drain ";
  }
  void reopen_logs() override { did += "reopen "; }
  void quit() override { did += "quit "; }

  ServerView::State state = ServerView::State::live;
  std::string level = "info", did;
  TraceStore trace_{10};
};

AdminResponse ask(AdminSource& source, const std::string& target,
                  const std::string& method = "GET") {
  return handle_admin({method, target}, source);
}

Value json_of(const AdminResponse& response) {
  EXPECT_EQ(response.content_type, "application/json");
  const auto value = parse_json(response.body, "answer");
  EXPECT_TRUE(value) << response.body;
  return value ? *value : Value();
}

TEST(Admin, Answers) {
  struct Case {
    const char *method, *target;
    unsigned status;
    const char* part;  ///< What the body holds.
  };
  const Case cases[] = {
      {"GET", "/ready", 200, "LIVE\n"},
      {"GET", "/nothing", 404, "invalid path. admin commands are:\n"},
      {"GET", "/", 200, "/config_dump"},
      {"GET", "/reset_counters", 405, "Method GET not allowed, POST required."},
      {"GET", "/quitquitquit", 405, "POST required"},
      {"GET", "/logging", 405, "POST required"},
      {"POST", "/reset_counters", 200, "OK\n"},
      {"POST", "/healthcheck/fail", 200, "OK\n"},
      {"POST", "/drain_listeners?graceful", 200, "OK\n"},
      {"POST", "/logging?level=debug", 200, "  http: debug\n"},
      {"POST", "/logging?level=loud", 400, "error: unknown logger level\n"},
      {"POST", "/logging?nobody=info", 400, "error: unknown logger name\n"},
      {"GET", "/listeners", 200, "l::127.0.0.1:80\np::/socket\n"},
      {"GET", "/listeners?format=json", 200, "\"/socket\""},
      {"GET", "/config_dump?resource=dynamic_active_secrets", 200, "no certificate there"},
      {"GET", "/config_dump?resource=dynamic_warming_secrets", 200, "no file there"},
      {"GET", "/stats?filter=a%5C.b", 200, "a.b: 2\n"},
      {"GET", "/stats?filter=%5B", 400, "Invalid re2 regex"},
      {"GET", "/stats?format=xx", 400, "usage: /stats?format="},
      {"GET", "/stats/prometheus", 200, "# TYPE envoy_a_b counter\nenvoy_a_b{} 2\n"},
      {"GET", "/clusters", 200,
       "c::10.0.0.1:80::health_flags::/failed_outlier_check/degraded_eds_health\n"},
      {"GET", "/clusters?filter=x", 200, ""},
      {"GET", "/config_dump?resource=none", 404, "none not found in config dump"},
      {"GET", "/lab/trace?since=x", 400, "since"},
      {"GET", "/server_info", 200, "\"state\": \"LIVE\""},
  };
  TestSource source;
  for (const Case& c : cases) {
    const AdminResponse response = ask(source, c.target, c.method);
    EXPECT_EQ(response.status, c.status) << c.target;
    EXPECT_NE(response.body.find(c.part), std::string::npos) << c.target << ": " << response.body;
  }
  EXPECT_EQ(source.did, "reset fail drain-gracefully ");
}

TEST(Admin, ReadyFollowsTheState) {
  TestSource source;
  source.state = ServerView::State::draining;
  EXPECT_EQ(ask(source, "/ready").status, 503u);
  EXPECT_EQ(ask(source, "/ready").body, "DRAINING\n");
}

TEST(Admin, DumpsConfigurationInEnvoysShape) {
  TestSource source;
  const Value dump = json_of(ask(source, "/config_dump"));
  const Value* clusters = dump.at_path("configs/1");
  ASSERT_TRUE(clusters);
  EXPECT_EQ(clusters->find("@type")->string(),
            "type.googleapis.com/envoy.admin.v3.ClustersConfigDump");
  const Value* cluster = clusters->at_path("dynamic_active_clusters/0/cluster");
  ASSERT_TRUE(cluster);
  EXPECT_EQ(cluster->find("connect_timeout")->string(), "1s") << "proto field names";
  EXPECT_TRUE(cluster->at_path("metadata/filter_metadata/lab/camelKey"))
      << "keys of free objects stay";
  EXPECT_EQ(clusters->at_path("dynamic_active_clusters/0/version_info")->string(), "7");
  EXPECT_EQ(dump.at_path("configs/2/dynamic_listeners/0/error_state/details")->string(),
            "no such thing");
}

TEST(Admin, NeverShowsSecrets) {
  TestSource source;
  const std::string body = ask(source, "/config_dump").body;
  EXPECT_EQ(body.find("verysecret"), std::string::npos);
  EXPECT_NE(body.find("[redacted]"), std::string::npos);
  EXPECT_NE(body.find("/c"), std::string::npos) << "certificates are no secret";
}

TEST(Admin, DumpsParts) {
  TestSource source;
  const Value element =
      json_of(ask(source, "/config_dump?resource=dynamic_active_clusters&mask=cluster.name"));
  EXPECT_EQ(
      write_json(*element.at_path("configs/0")),
      R"({"@type":"type.googleapis.com/envoy.admin.v3.ClustersConfigDump.DynamicCluster",)"
      R"("cluster":{"@type":"type.googleapis.com/envoy.config.cluster.v3.Cluster","name":"c"}})");
  EXPECT_FALSE(json_of(ask(source, "/config_dump?name_regex=d"))
                   .at_path("configs/1/dynamic_active_clusters"));
  EXPECT_EQ(json_of(ask(source, "/config_dump")).find("configs")->array().size(), 6u);
  EXPECT_EQ(json_of(ask(source, "/config_dump?include_eds")).find("configs")->array().size(), 7u);
}

TEST(Admin, TellsHostsAndCertificatesAsJson) {
  TestSource source;
  const Value clusters = json_of(ask(source, "/clusters?format=json"));
  const Value* host = clusters.at_path("cluster_statuses/0/host_statuses/0");
  ASSERT_TRUE(host);
  EXPECT_EQ(write_json(*host->find("health_status")),
            R"({"failed_outlier_check":true,"eds_health_status":"DEGRADED"})");
  EXPECT_EQ(host->at_path("address/socket_address/port_value")->integer(), 80);
  const Value certificates = json_of(ask(source, "/certs"));
  EXPECT_EQ(certificates.at_path("certificates/0/cert_chain/0/subject_alt_names/0/dns")->string(),
            "a.com");
}

TEST(TraceStore, NumbersRecordsAndForgetsTheOldest) {
  TraceStore store(2);
  TestStream stream;
  const auto metadata = config_of<config::Metadata>(
      "filter_metadata: {lab: {origins: [{kind: VirtualService, name: vs, file: a.yaml, line: 3, "
      "column: 1}]}}");
  stream.info.origins = {&metadata, nullptr, &metadata};
  for (int i = 0; i < 3; ++i) store.add(stream.info);
  const Value all = store.read(0);
  EXPECT_EQ(all.find("next")->integer(), 3);
  EXPECT_EQ(all.find("records")->array().size(), 2u);
  EXPECT_EQ(all.at_path("records/0/sequence")->integer(), 1);
  EXPECT_TRUE(all.at_path("records/0/presentedCertificate")->is_null());
  EXPECT_EQ(write_json(*all.at_path("records/0/origins")),
            R"([{"object":"VirtualService vs","file":"a.yaml","line":3}])");
  EXPECT_TRUE(store.read(3).find("records")->array().empty());
}

}  // namespace
}  // namespace lab::proxy
