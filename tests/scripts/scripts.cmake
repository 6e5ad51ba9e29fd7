# Checks of the tree itself.
add_test(NAME scripts.check-layers COMMAND ${CMAKE_SOURCE_DIR}/scripts/check-layers)
add_test(NAME scripts.check-house COMMAND ${CMAKE_SOURCE_DIR}/scripts/check-house)
set_tests_properties(scripts.check-layers scripts.check-house PROPERTIES LABELS tree)
