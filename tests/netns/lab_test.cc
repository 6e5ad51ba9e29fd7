#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/file.h"
#include "orchestrator/process/running_lab.h"
#include "orchestrator/process/user_namespace.h"
#include "tests/netns/sample_plan.h"

namespace lab::orchestrator {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

ExecRequest shell(const std::string& command) {
  ExecRequest request;
  request.argv = {"/bin/sh", "-c", command};
  return request;
}

/// As root a lab needs no user namespace; as anyone else it does.
UpOptions ways() {
  UpOptions options;
  options.rootless = ::geteuid() != 0 || std::getenv("LAB_ROOTLESS") != nullptr;
  return options;
}

bool only_root_exists() {
  return ways().rootless && !rootless_maps_users();
}

/// One lab for all tests of a suite that only look at it.
class SampleLab : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    Result<RunningLab> made = up(sample_plan("sample"), ways());
    ASSERT_TRUE(made) << made.error().message;
    lab_ = std::make_unique<RunningLab>(std::move(*made));
  }
  static void TearDownTestSuite() { lab_.reset(); }

  static std::string output(const std::string& node, const std::string& command) {
    const Result<ExecResult> result = lab_->exec(node, shell(command));
    if (!result) return "ERROR " + result.error().message;
    return result->stdout_text + result->stderr_text;
  }

  static inline std::unique_ptr<RunningLab> lab_;
};

/// A request as the proxy makes it: by its user, or by its mark (SO_MARK is 36) where only root
/// exists.
std::string as_proxy() {
  if (!only_root_exists()) {
    return "setpriv --reuid 1337 --regid 1337 --clear-groups curl -s -m5 http://192.168.0.63/";
  }
  return "python3 -c \"import socket; s = socket.socket(); s.setsockopt(1, 36, 1337); "
         "s.connect(('192.168.0.63', 80)); s.send(b'GET / HTTP/1.0\\r\\n\\r\\n'); "
         "print(s.makefile().read().split('\\n\\n')[1], end='')\"";
}

TEST_F(SampleLab, RedirectedConnectionsReachTheProxy) {
  struct Case {
    const char* why;
    const char* node;
    std::string command;
    const char* answer;
  };
  const Case cases[] = {
      {"an address that nobody has is redirected before it is missed", "sleep-v1.default",
       "curl -s -m5 http://1.1.1.1/", "1.1.1.1:80"},
      {"inbound connections are redirected too", "sleep-v2.default",
       "curl -s -m5 http://10.234.1.35:8080/", "10.234.1.35:8080"},
      {"loopback is left alone", "sleep-v1.default", "curl -s -m5 http://127.0.0.1:9/ || echo $?",
       "7\n"},
      {"the proxy's own connections leave as they are", "sleep-v1.default", as_proxy(),
       "<h1>v1!</h1>\n"},
      {"a node without rules reaches the server itself", "client.default",
       "curl -s -m5 http://192.168.0.63/", "<h1>v1!</h1>\n"},
  };
  for (const Case& c : cases) EXPECT_EQ(output(c.node, c.command), c.answer) << c.why;
}

TEST_F(SampleLab, RulesAreIstiosChains) {
  const std::string rules = output("sleep-v1.default", "iptables -t nat -S");
  for (const char* chain :
       {"ISTIO_REDIRECT", "ISTIO_IN_REDIRECT", "ISTIO_OUTPUT", "ISTIO_INBOUND"}) {
    EXPECT_THAT(rules, HasSubstr(std::string("-N ") + chain));
  }
  EXPECT_THAT(
      rules, HasSubstr(only_root_exists() ? "-A ISTIO_OUTPUT -m mark --mark 0x539 -j RETURN"
                                          : "-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN"));
  EXPECT_EQ(output("client.default", "iptables -t nat -S | grep -c ISTIO"), "0\n");
}

TEST_F(SampleLab, AddressesThatNobodyHasAreUnreachableAtOnce) {
  struct Case {
    const char* why;
    const char* address;
  };
  const Case cases[] = {{"outside every network of the lab", "1.1.1.1"},
                        {"in a network, but no node's", "10.234.9.9"},
                        {"in the sender's own network", "192.168.0.200"}};
  for (const Case& c : cases) {
    for (int i = 0; i < 10;
         ++i) {  // The kernel would limit such answers to five, then one a second.
      const auto start = std::chrono::steady_clock::now();
      const Result<Fd> socket = lab_->connect("client.default", c.address, 80);
      ASSERT_FALSE(socket) << c.why;
      ASSERT_THAT(socket.error().message, HasSubstr("No route to host")) << c.why;
      ASSERT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(500)) << c.why;
    }
  }
}

TEST_F(SampleLab, NodesSeeOnlyThemselves) {
  EXPECT_EQ(output("sleep-v1.default", "hostname"), "sleep-v1\n");
  EXPECT_EQ(output("sleep-v1.default", "ls /sys/class/net"), "eth0\nlo\n");
  EXPECT_EQ(output("sleep-v1.default", "cat /proc/1/comm"), "lab-node\n");
  EXPECT_EQ(output("sleep-v1.default", "ls -A /tmp /dev/shm"), "/dev/shm:\n\n/tmp:\n");
  EXPECT_EQ(output("sleep-v1.default", "ls -A /run"), "lock\n");
  EXPECT_THAT(output("sleep-v1.default", "cat /proc/sys/net/ipv6/conf/eth0/disable_ipv6"), "1\n");
  EXPECT_THAT(output("sleep-v1.default", "echo 1 > /proc/sys/kernel/panic"),
              HasSubstr("Read-only"));
  EXPECT_EQ(
      output("istio-egressgateway-v1.istio-system", "cat /etc/istio/egressgateway-certs/tls.crt"),
      "certificate of istio-egressgateway-v1\n");
  EXPECT_EQ(
      output("istio-egressgateway-v2.istio-system", "cat /etc/istio/egressgateway-certs/tls.crt"),
      "certificate of istio-egressgateway-v2\n");
  EXPECT_EQ(output("sleep.default", "ls /etc/istio 2>&1 | grep -c cannot"), "1\n");
}

TEST_F(SampleLab, WhatANodeWritesStaysInIt) {
  EXPECT_EQ(output("sleep.default", "echo x > /etc/lab-test-file && rm /etc/passwd && echo done"),
            "done\n");
  struct stat status {};
  EXPECT_NE(::stat("/etc/lab-test-file", &status), 0);
  EXPECT_EQ(::stat("/etc/passwd", &status), 0);
  EXPECT_EQ(output("sleep-v1.default", "ls /etc/lab-test-file 2>&1 | grep -c cannot"), "1\n");
}

TEST_F(SampleLab, ACommandsEndIsReported) {
  struct Case {
    const char* why;
    const char* command;
    int code;
    int signal;
  };
  const Case cases[] = {{"success", "true", 0, 0},
                        {"its own status", "exit 42", 42, 0},
                        {"a signal", "kill -TERM $$", 143, 15},
                        {"status as custom has it for no such program", "nosuchprogram", 127, 0}};
  for (const Case& c : cases) {
    const Result<ExecResult> result = lab_->exec("client.default", shell(c.command));
    ASSERT_TRUE(result) << c.why;
    EXPECT_EQ(result->exit.code, c.code) << c.why;
    EXPECT_EQ(result->exit.signal, c.signal) << c.why;
  }
  ExecRequest odd = shell("printf %s \"$1\" | od -An -tx1");
  odd.argv.insert(odd.argv.end(), {"sh", "\xff\xfe\n"});
  EXPECT_EQ(lab_->exec("client.default", odd)->stdout_text, " ff fe 0a\n") << "arguments are bytes";
  ExecRequest missing;
  missing.argv = {"nosuchprogram"};
  const Result<ExecResult> result = lab_->exec("client.default", missing);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::not_found);
  EXPECT_EQ(lab_->exec("nosuchnode", shell("true")).error().code, Errc::not_found);
}

TEST_F(SampleLab, ACommandHasInputUserEnvironmentAndLimit) {
  ExecRequest request = shell("cat; id -u; echo $WORD; pwd");
  request.stdin_text = std::string(300'000, 'x');
  request.uid = request.gid = kProxyUid;
  request.env = {{"WORD", "hello"}};
  request.cwd = "/usr";
  Result<ExecResult> result = lab_->exec("client.default", request);
  ASSERT_TRUE(result) << result.error().message;
  const std::string user = only_root_exists() ? "0" : "1337";
  EXPECT_EQ(result->stdout_text == request.stdin_text + user + "\nhello\n/usr\n", true);

  request = shell("sleep 60 & sleep 60");
  request.timeout = std::chrono::milliseconds(50);
  result = lab_->exec("client.default", request);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->timed_out);
  EXPECT_EQ(result->exit.signal, 9);
  EXPECT_EQ(output("client.default", "ps -e | grep -c sleep"), "0\n");
}

TEST_F(SampleLab, FilesAreReplacedByRename) {
  const std::string node = "istio-egressgateway-v2.istio-system";
  const std::string path = "/etc/istio/egressgateway-certs/tls.crt";
  // The watcher sees the folder's events as a proxy would.
  ExecRequest watch;
  watch.argv = {"/usr/bin/python3", "-c",
                "import ctypes, os, sys\n"
                "libc = ctypes.CDLL(None)\n"
                "fd = libc.inotify_init()\n"
                "libc.inotify_add_watch(fd, b'/etc/istio/egressgateway-certs', 0x80)\n"
                "print('watching', flush=True)\n"
                "os.read(fd, 4096)\n"
                "print('moved', flush=True)\n"};
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const Fd output_end(ends[0]);
  Fd input_end(ends[1]);
  Result<RunningLab::Process> watcher = lab_->spawn(node, watch, 0, input_end.get(), 2);
  ASSERT_TRUE(watcher) << watcher.error().message;
  input_end.reset();
  char text[64] = {};
  ASSERT_GT(::read(output_end.get(), text, sizeof(text)), 0);
  ASSERT_TRUE(lab_->write_file(node, path, "another\n"));
  const Result<ExitStatus> ended = watcher->wait(std::chrono::seconds(10));
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(*lab_->read_file(node, path), "another\n");
  EXPECT_TRUE(lab_->remove_file(node, path));
  EXPECT_EQ(lab_->read_file(node, path).error().code, Errc::not_found);
}

TEST_F(SampleLab, ProgramsAreStoppedStartedAndRead) {
  ASSERT_TRUE(lab_->stop("nginx", "nginx"));
  EXPECT_EQ(output("client.default", "curl -s -m5 http://192.168.0.63/ || echo $?"), "7\n");
  ASSERT_TRUE(lab_->start("nginx", "nginx"));
  EXPECT_EQ(output("client.default", "curl -s -m5 http://192.168.0.63/"), "<h1>v1!</h1>\n");
  // nginx writes its log after the answer; what it wrote before it stopped is there in any case.
  ASSERT_TRUE(lab_->restart("nginx", "nginx"));
  EXPECT_THAT(*lab_->logs("nginx", "nginx"), HasSubstr("GET / HTTP"));
  const Result<HttpAnswer> answer = lab_->http_get("nginx", 80, "/");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "<h1>v1!</h1>\n");
  EXPECT_EQ(lab_->http_get("nginx", 81, "/").error().code, Errc::system);
  const auto programs = lab_->programs();
  ASSERT_TRUE(programs);
  EXPECT_EQ(programs->size(), 6u);
}

TEST(Lab, AProgramThatFailsIsNamedWithItsLastWords) {
  Plan plan = small_plan("failing");
  Program program;
  program.name = "server";
  program.argv = {"/bin/sh", "-c", "echo out of luck >&2; exit 3"};
  program.ready = {Readiness::Kind::port, 80, "", "127.0.0.1"};
  plan.nodes[0].programs = {program};
  const Result<RunningLab> lab = up(plan, ways());
  ASSERT_FALSE(lab);
  EXPECT_EQ(lab.error().message,
            "node one.default: server ended with status 3 before it was ready. Its last "
            "words:\nout of luck");
}

TEST(Lab, AProgramThatIsNeverReadyIsNamed) {
  Plan plan = small_plan("slow");
  Program program;
  program.name = "server";
  program.argv = {"sleep", "100"};
  program.ready = {Readiness::Kind::port, 80, "", "127.0.0.1"};
  plan.nodes[0].programs = {program};
  UpOptions options = ways();
  options.timeout = std::chrono::milliseconds(800);
  const Result<RunningLab> lab = up(plan, options);
  ASSERT_FALSE(lab);
  EXPECT_EQ(lab.error().code, Errc::timeout);
  EXPECT_THAT(lab.error().message, HasSubstr("nothing accepts connections on 127.0.0.1:80"));
}

TEST(Lab, TwoAtOnceDoNotMeet) {
  Result<RunningLab> first = up(small_plan("same"), ways()),
                     second = up(small_plan("same"), ways());
  ASSERT_TRUE(first && second);
  ASSERT_TRUE(first->write_file("one.default", "/etc/mark", "first"));
  EXPECT_EQ(second->read_file("one.default", "/etc/mark").error().code, Errc::not_found);
}

TEST(Lab, AKeptLabIsFoundAgainAndEnded) {
  const std::string name = "kept-" + std::to_string(::getpid());
  {
    Result<RunningLab> lab = up(small_plan(name), ways());
    ASSERT_TRUE(lab) << lab.error().message;
    ASSERT_TRUE(lab->put_note("scenario", "here"));
    ASSERT_TRUE(lab->keep());
    Result<RunningLab> second = up(small_plan(name), ways());
    ASSERT_TRUE(second);
    EXPECT_EQ(second->keep().error().code, Errc::usage);
  }
  Result<RunningLab> lab = attach(name);
  ASSERT_TRUE(lab) << lab.error().message;
  EXPECT_EQ(lab->nodes(), (std::vector<std::string>{"one.default", "two.default"}));
  EXPECT_EQ(*lab->note("scenario"), "here");
  EXPECT_EQ(
      lab->exec("one.default", shell("ping -c1 -W2 10.234.0.3 >/dev/null; echo $?"))->exit.code, 0);
  const auto labs = running_labs();
  ASSERT_TRUE(labs);
  EXPECT_EQ(
      std::count_if(labs->begin(), labs->end(), [&](const auto& one) { return one.name == name; }),
      1);
  ASSERT_TRUE(lab->down());
  EXPECT_EQ(attach(name).error().code, Errc::not_found);
}

}  // namespace
}  // namespace lab::orchestrator
