# All targets in one test program, which replays their corpora; with LAB_FUZZ each is a libFuzzer program of its own as well:
#   cmake --preset fuzz && cmake --build build/fuzz --target fuzz_http1 && build/fuzz/bin/fuzz_http1 tests/fuzz/corpus/http1
lab_tests(fuzz_tests FOLDERS fuzz LINK lab_proxy LABELS unit)

if(LAB_FUZZ)
  file(GLOB targets CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cc)
  list(FILTER targets EXCLUDE REGEX "_test\\.cc$")
  foreach(target ${targets})
    get_filename_component(name ${target} NAME_WE)
    add_executable(fuzz_${name} ${target})
    target_compile_definitions(fuzz_${name} PRIVATE LAB_FUZZ_ENTRY)
    target_link_libraries(fuzz_${name} PRIVATE lab_proxy)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  endforeach()
endif()
