// The document's parts, one JSON text after the other. A new one has a line here.
    .section .rodata
    .global api_openapi_text_begin, api_openapi_text_end
api_openapi_text_begin:
    .incbin "server/api/openapi/base.json"
    .incbin "server/api/openapi/audit.json"
    .incbin "server/api/openapi/boards.json"
    .incbin "server/api/openapi/certificates.json"
    .incbin "server/api/openapi/commands.json"
    .incbin "server/api/openapi/device_changes.json"
    .incbin "server/api/openapi/device_history.json"
    .incbin "server/api/openapi/device_label.json"
    .incbin "server/api/openapi/devices.json"
    .incbin "server/api/openapi/enrolments.json"
    .incbin "server/api/openapi/events.json"
    .incbin "server/api/openapi/groups.json"
    .incbin "server/api/openapi/images.json"
    .incbin "server/api/openapi/keys.json"
    .incbin "server/api/openapi/metrics.json"
    .incbin "server/api/openapi/rollouts.json"
    .incbin "server/api/openapi/rotation.json"
    .incbin "server/api/openapi/settings.json"
    .incbin "server/api/openapi/status.json"
    .incbin "server/api/openapi/users.json"
    .incbin "server/api/openapi/webhooks.json"
api_openapi_text_end:
    .section .note.GNU-stack, "", %progbits
