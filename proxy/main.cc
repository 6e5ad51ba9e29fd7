#include <cstdio>
#include <cstdlib>

#include "proxy/xds/flags.h"
#include "proxy/xds/server.h"

int main(int argc, char** argv) {
  const auto flags = lab::proxy::parse_flags(argc, argv);
  if (!flags) {
    std::fprintf(stderr, "proxy: %s\n", flags.error().message.c_str());
    return EXIT_FAILURE;
  }
  if (!flags->print.empty()) {
    std::fputs(flags->print.c_str(), stdout);
    return EXIT_SUCCESS;
  }
  return lab::proxy::serve(*flags);
}
