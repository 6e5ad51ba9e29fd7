#include "certs/key_cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/file.h"

namespace lab::certs {
namespace {

class KeyCacheTest : public testing::Test {
 protected:
  KeyCacheTest() {
    std::string name = testing::TempDir() + "keysXXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~KeyCacheTest() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
};

TEST_F(KeyCacheTest, GivesTheSameKeyAgain) {
  const KeyCache cache(folder_ + "/keys");
  const std::string first = to_pem(**cache.get("a/ca", KeyType::ec_p256));
  EXPECT_EQ(to_pem(**cache.get("a/ca", KeyType::ec_p256)), first);
  EXPECT_NE(to_pem(**cache.get("b/ca", KeyType::ec_p256)), first) << "another slot has another key";
  EXPECT_NE(to_pem(**KeyCache("").get("a/ca", KeyType::ec_p256)), first)
      << "without a folder every key is fresh";
}

TEST_F(KeyCacheTest, FilesAreOursAlone) {
  const KeyCache cache(folder_ + "/keys");
  ASSERT_TRUE(cache.get("a", KeyType::ec_p256));
  struct stat status {};
  ASSERT_EQ(::stat((folder_ + "/keys").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  ASSERT_EQ(::stat((folder_ + "/keys/a.p256.pem").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(KeyCacheTest, RefusesAFolderThatOthersMayOpen) {
  const std::string open = folder_ + "/open";
  std::filesystem::create_directory(open);
  ::chmod(open.c_str(), 0755);
  const auto key = KeyCache(open).get("a", KeyType::ec_p256);
  ASSERT_FALSE(key);
  EXPECT_NE(key.error().message.find("LAB_CACHE"), std::string::npos);
}

TEST_F(KeyCacheTest, ABrokenFileIsReplaced) {
  const KeyCache cache(folder_ + "/keys");
  ASSERT_TRUE(cache.get("a", KeyType::ec_p256));
  ASSERT_TRUE(write_file(folder_ + "/keys/a.p256.pem", "half a k", 0600));
  EXPECT_TRUE(cache.get("a", KeyType::ec_p256));
  EXPECT_TRUE(key_from_pem(*read_file(folder_ + "/keys/a.p256.pem")));
}

TEST_F(KeyCacheTest, ManyKeysComeInOrder) {
  const KeyCache cache(folder_ + "/keys");
  const auto keys =
      get_keys(cache, {{"a", KeyType::ec_p256}, {"b", KeyType::ec_p256}, {"c", KeyType::ec_p256}});
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->size(), 3u);
  EXPECT_EQ(to_pem(*keys->at(0)), to_pem(**cache.get("a", KeyType::ec_p256)));
  EXPECT_EQ(to_pem(*keys->at(2)), to_pem(**cache.get("c", KeyType::ec_p256)));
}

}  // namespace
}  // namespace lab::certs
