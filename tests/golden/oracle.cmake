add_test(NAME golden.oracle COMMAND ${CMAKE_SOURCE_DIR}/scripts/check-oracle $<TARGET_FILE:compile_tool>)
set_tests_properties(golden.oracle PROPERTIES LABELS golden TIMEOUT 120)

# What the lessons printed, value for value.
add_test(NAME golden.dumps COMMAND ${CMAKE_SOURCE_DIR}/scripts/compare-dumps $<TARGET_FILE:compile_tool>)
set_tests_properties(golden.dumps PROPERTIES LABELS golden TIMEOUT 120)

# A real Envoy takes it: every case of the oracle and every scenario.
file(GLOB envoy_cases ${CMAKE_SOURCE_DIR}/tests/golden/oracle/cases/* ${CMAKE_SOURCE_DIR}/scenarios/*-*)
add_test(NAME golden.envoy COMMAND ${CMAKE_SOURCE_DIR}/scripts/check-envoy-accepts --dynamic some
                                   $<TARGET_FILE:compile_tool> ${envoy_cases})
set_tests_properties(golden.envoy PROPERTIES LABELS golden TIMEOUT 900)
