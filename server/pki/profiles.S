// The certificate profiles of certs/, as they stand there, each ended by a NUL.
    .section .rodata
    .global profile_ca_text, profile_root_text, profile_intermediate_text
    .global profile_server_text, profile_device_text, profile_client_text
profile_ca_text:
    .incbin "certs/ca.cnf"
    .byte 0
profile_root_text:
    .incbin "certs/root.cnf"
    .byte 0
profile_intermediate_text:
    .incbin "certs/intermediate.cnf"
    .byte 0
profile_server_text:
    .incbin "certs/server.cnf"
    .byte 0
profile_device_text:
    .incbin "certs/device.cnf"
    .byte 0
profile_client_text:
    .incbin "certs/client.cnf"
    .byte 0
    .section .note.GNU-stack, "", %progbits
