# Configuration: which the proxy takes, what each field does, what happens when it changes.
if(TARGET proxy)
  set(fields ${CMAKE_CURRENT_LIST_DIR}/fields/fields.py --proxy $<TARGET_FILE:proxy> --config-tool $<TARGET_FILE:config_tool>)
  add_test(NAME config.fields COMMAND python3 ${fields})
  add_test(NAME config.corpus COMMAND ${CMAKE_SOURCE_DIR}/scripts/compare-envoy-validate --recorded --proxy $<TARGET_FILE:proxy>)
  set_tests_properties(config.fields config.corpus PROPERTIES LABELS conformance TIMEOUT 1200 RUN_SERIAL ON)
  # Without sanitizers, which keep freed memory: the test looks at growth.
  add_test(NAME config.reload COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/reload/reload.py
           --proxy ${LAB_PROGRAMS}/proxy --changes 300 --connections 200)
  set_tests_properties(config.reload PROPERTIES LABELS conformance TIMEOUT 600 RUN_SERIAL ON)
endif()
add_test(NAME config.subset COMMAND ${CMAKE_SOURCE_DIR}/scripts/envoy-subset $<TARGET_FILE:config_tool>)
add_test(NAME config.scan COMMAND ${CMAKE_SOURCE_DIR}/scripts/check-config-fields $<TARGET_FILE:config_tool> $<TARGET_FILE:compile_tool>)
set_tests_properties(config.subset config.scan PROPERTIES LABELS conformance TIMEOUT 600)
