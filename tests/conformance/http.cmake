# The proxy's HTTP through real sockets: what RFC 9110 to 9113 demand, hostile peers, floods.
if(TARGET proxy)
  foreach(check malformed_requests malformed_responses floods)
    add_test(NAME http_${check}
             COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/http/${check}.py --proxy ${LAB_PROGRAMS}/proxy)
    set_tests_properties(http_${check} PROPERTIES LABELS conformance TIMEOUT 300 RUN_SERIAL ON)
  endforeach()
  # A Go program, not a Debian package: scripts/h2spec says how to install it.
  find_program(LAB_H2SPEC h2spec HINTS $ENV{HOME}/go/bin)
  if(LAB_H2SPEC)
    add_test(NAME h2spec COMMAND ${CMAKE_SOURCE_DIR}/scripts/h2spec ${LAB_PROGRAMS}/proxy)
    set_tests_properties(h2spec PROPERTIES LABELS conformance TIMEOUT 600 RUN_SERIAL ON)
  else()
    message(WARNING "h2spec is not installed: its test is left out (see scripts/h2spec)")
  endif()
endif()
