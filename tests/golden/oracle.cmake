add_test(NAME golden.oracle COMMAND ${CMAKE_SOURCE_DIR}/scripts/check-oracle $<TARGET_FILE:compile_tool>)
set_tests_properties(golden.oracle PROPERTIES LABELS golden TIMEOUT 120)
