# Checks of the tree itself.
add_test(NAME scripts.check-layers COMMAND ${CMAKE_SOURCE_DIR}/scripts/check-layers)
add_test(NAME scripts.check-house COMMAND ${CMAKE_SOURCE_DIR}/scripts/check-house)
set_tests_properties(scripts.check-layers scripts.check-house PROPERTIES LABELS tree)
# What users and CI servers see of the command line.
if(TARGET lab AND TARGET proxy)
  add_test(NAME scripts.command-line
           COMMAND ${CMAKE_CURRENT_LIST_DIR}/command_line_test.py $<TARGET_FILE:lab>)
  set_tests_properties(scripts.command-line PROPERTIES LABELS scenario TIMEOUT 300 RUN_SERIAL ON)
endif()
