#include "certs/key_cache.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/parallel.h"
#include "base/text.h"

namespace lab::certs {
namespace {

std::string file_name(const std::string& slot, KeyType type) {
  static constexpr const char* kTypes[] = {"rsa2048", "rsa4096", "p256"};
  std::string name;
  for (const char c : slot) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-';
    name += plain ? std::string(1, c) : "_" + to_hex(std::string_view(&c, 1));
  }
  return name + "." + kTypes[static_cast<std::size_t>(type)] + ".pem";
}

/// Errc::system unless it is ours alone.
Result<> check_owner(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0)
    return tl::unexpected(last_errno("cannot look at " + path));
  if (S_ISLNK(status.st_mode) || status.st_uid != ::geteuid() || (status.st_mode & 077) != 0) {
    return fail(Errc::system,
                path +
                    " is a link, or another user owns or may open it, so keys in it are not used. "
                    "Remove it, or set LAB_CACHE to a folder of your own.");
  }
  return {};
}

Result<> make_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(folder).parent_path(), error);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    Error problem = last_errno("cannot make the key cache " + folder);
    problem.message += ". Set LAB_CACHE to a folder that can be written, or use --fresh-certs.";
    return tl::unexpected(problem);
  }
  return check_owner(folder);
}

}  // namespace

Result<PrivateKey> KeyCache::get(const std::string& slot, KeyType type) const {
  if (folder_.empty()) return make_key(type);
  TRY(make_folder(folder_));
  const std::string path = folder_ + "/" + file_name(slot, type);
  if (const Result<std::string> pem = read_file(path)) {
    TRY(check_owner(path));
    if (Result<PrivateKey> key = key_from_pem(*pem)) return key;
    // A half-written or foreign file: made anew below.
  } else if (pem.error().code != Errc::not_found) {
    return tl::unexpected(pem.error());
  }
  PrivateKey key = TRY(make_key(type));
  Result<> kept = write_file(path, to_pem(*key), 0600);
  if (!kept) {
    kept.error().message +=
        ". The key cache can't be written: set LAB_CACHE elsewhere, or use --fresh-certs.";
    return tl::unexpected(kept.error());
  }
  return key;
}

Result<std::vector<PrivateKey>> get_keys(const KeyCache& cache,
                                         const std::vector<KeyRequest>& requests) {
  std::vector<Result<PrivateKey>> results;
  for (std::size_t i = 0; i < requests.size(); ++i)
    results.push_back(fail(Errc::tls, "no key was made"));
  run_parallel(requests.size(),
               [&](std::size_t i) { results[i] = cache.get(requests[i].slot, requests[i].type); });
  std::vector<PrivateKey> keys;
  for (Result<PrivateKey>& result : results) keys.push_back(TRY(std::move(result)));
  return keys;
}

std::string default_key_folder() {
  if (const char* set = std::getenv("LAB_CACHE"); set != nullptr && *set != '\0')
    return std::string(set) + "/keys";
  if (::geteuid() == 0) return "/var/cache/lab/keys";
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0') {
    return std::string(cache) + "/lab/keys";
  }
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : "/tmp") + "/.cache/lab/keys";
}

}  // namespace lab::certs
