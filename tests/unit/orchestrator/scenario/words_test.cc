#include "orchestrator/scenario/words.h"

#include <gtest/gtest.h>

namespace lab::orchestrator {
namespace {

TEST(SplitWords, AsAShellDoes) {
  struct Case {
    const char* why;
    const char* line;
    std::vector<std::string> words;
  };
  const Case cases[] = {
      {"nothing has no words", "", {}},
      {"blanks of any kind separate", " a\tb\n c ", {"a", "b", "c"}},
      {"single quotes keep everything", "'a \"b\" \\c'", {"a \"b\" \\c"}},
      {"double quotes keep blanks, and a backslash quotes four characters",
       R"("a b\"c\x")",
       {"a b\"c\\x"}},
      {"quotes join with what is beside them", "-H'a: b'c", {"-Ha: bc"}},
      {"an empty quotation is a word", "''", {""}},
      {"a backslash quotes a blank", "a\\ b", {"a b"}},
  };
  for (const Case& c : cases) {
    const auto words = split_words(c.line);
    ASSERT_TRUE(words) << c.why;
    EXPECT_EQ(*words, c.words) << c.why;
  }
  EXPECT_FALSE(split_words("'open")) << "a quotation that never ends";
}

TEST(QuoteWords, IsSplitBackIntoTheSameWords) {
  const std::vector<std::vector<std::string>> cases = {
      {"curl", "http://a/?b=c&d", "-H", "want: v1"},
      {"", "'", "a'b", "$x", "\\"},
      {"plain-word_1.2:3"}};
  for (const auto& words : cases) EXPECT_EQ(split_words(quote_words(words)).value(), words);
  EXPECT_EQ(quote_words({"curl", "http://a/"}), "curl http://a/") << "no quotes without need";
}

}  // namespace
}  // namespace lab::orchestrator
