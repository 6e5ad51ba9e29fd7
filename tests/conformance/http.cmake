# The proxy's HTTP through real sockets: what RFC 9110 to 9113 demand, hostile peers, floods.
if(TARGET proxy)
  foreach(check malformed_requests malformed_responses floods)
    add_test(NAME http_${check}
             COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/http/${check}.py --proxy $<TARGET_FILE:proxy>)
    set_tests_properties(http_${check} PROPERTIES LABELS conformance TIMEOUT 300)
  endforeach()
  add_test(NAME h2spec COMMAND ${CMAKE_SOURCE_DIR}/scripts/h2spec $<TARGET_FILE:proxy>)
  set_tests_properties(h2spec PROPERTIES LABELS conformance TIMEOUT 600)
endif()
