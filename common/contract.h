#ifndef COMMON_CONTRACT_H
#define COMMON_CONTRACT_H

// Names and limits that device and backend share.

// Commands of the wire contract.
#define CONTRACT_COMMAND_FIRMWARE "firmware" // look for the next image and download it
#define CONTRACT_COMMAND_FLASH "flash"       // verify and install the last download
#define CONTRACT_COMMAND_REBOOT "reboot"
#define CONTRACT_COMMAND_CA "ca"         // download that file, used after the next reboot:
#define CONTRACT_COMMAND_CERT "cert"     //   ca.crt, <mac>.crt,
#define CONTRACT_COMMAND_KEY "key"       //   <mac>.key,
#define CONTRACT_COMMAND_CONFIG "config" //   config.json
#define CONTRACT_COMMAND_WIFI "wifi"     // join other networks: common/wifi_networks.h

// Files on the download server.
#define CONTRACT_FILE_CONFIG "config.json"
#define CONTRACT_FILE_CA "ca.crt"
#define CONTRACT_FILE_FIRMWARE "firmware.bin"
#define CONTRACT_SUFFIX_CERT ".crt"
#define CONTRACT_SUFFIX_KEY ".key"
#define CONTRACT_SUFFIX_DER ".der"
#define CONTRACT_QUERY_CURIMAGE "curimage"

// Members of a status. All are optional to a reader.
#define CONTRACT_STATUS_UPTIME "uptimemillis"
#define CONTRACT_STATUS_MAX_LOOP "maxmillis"
#define CONTRACT_STATUS_MQTT "mqttmillis"
#define CONTRACT_STATUS_NAME "espname"
#define CONTRACT_STATUS_IMAGE "espimage"
#define CONTRACT_STATUS_BUILD "espbuild"
#define CONTRACT_STATUS_IP "espip"
#define CONTRACT_STATUS_RSSI "rssi"
#define CONTRACT_STATUS_FREE_HEAP "espfreeheap"
#define CONTRACT_STATUS_CONFIG_HASH                                                                \
    "confighash" // of the config.json in use: 16 hex digits of SHA-256
#define CONTRACT_STATUS_ERROR "errormessage"

// Members of the object on /event/<mac>, and of a command's payload, which has the id and, with
// flash, the image that it means; without an image flash takes whatever was downloaded.
#define CONTRACT_EVENT_KIND "event"      // one of CONTRACT_EVENT_KIND_*
#define CONTRACT_EVENT_COMMAND "command" // the command whose outcome this is
#define CONTRACT_EVENT_ID "id"           // number, as the command's payload gave it; else absent
#define CONTRACT_EVENT_RESULT "result"   // a name of common/result.h
#define CONTRACT_EVENT_IMAGE "image"     // the image concerned, if any
#define CONTRACT_EVENT_DETAIL "detail"   // one line for people
#define CONTRACT_EVENT_STEP "step"       // of a failure: a name of common/error_step.h
#define CONTRACT_EVENT_CODE "code"       // likewise: a library's number, absent if there is none
#define CONTRACT_PAYLOAD_SEALED "sealed" // of a command alone: base64 (RFC 4648) of what is sealed

#define CONTRACT_EVENT_KIND_COMMAND "command"   // the outcome of a command
#define CONTRACT_EVENT_KIND_ACCEPTED "accepted" // a command was taken, and is not begun yet
#define CONTRACT_EVENT_KIND_BOOT "boot"         // first message after a start: image is what runs
#define CONTRACT_EVENT_KIND_TRIAL "trial"       // a trial ended: ok, or trial-failed of that image
#define CONTRACT_EVENT_KIND_ERROR "error"       // anything else that failed

// Members of config.json.
#define CONTRACT_CONFIG_DOWNLOAD_SERVER "downloadserver"
#define CONTRACT_CONFIG_DOWNLOAD_PORT "downloadport"       // occurs as number and as string
#define CONTRACT_CONFIG_DOWNLOAD_PATH "downloadpath"       // with and without a leading slash
#define CONTRACT_CONFIG_DOWNLOAD_SERVER2 "downloadserver2" // asked when the first fails
#define CONTRACT_CONFIG_DOWNLOAD_PORT2 "downloadport2"
#define CONTRACT_CONFIG_MQTT_SERVER "mqttserver"
#define CONTRACT_CONFIG_MQTT_PORT "mqttport"
#define CONTRACT_CONFIG_MQTT_TLS "mqtttls"
#define CONTRACT_CONFIG_MQTT_SERVER2 "mqttserver2" // likewise
#define CONTRACT_CONFIG_MQTT_PORT2 "mqttport2"
#define CONTRACT_CONFIG_NTP_SERVER "ntpserver"
#define CONTRACT_CONFIG_ENROL_SERVER "enrolserver" // where certificates are asked for
#define CONTRACT_CONFIG_ENROL_PORT "enrolport"
#define CONTRACT_CONFIG_STATUS_INTERVAL "statusinterval" // these three in ms
#define CONTRACT_CONFIG_WAIT_TIMEOUT "waittimeout"
#define CONTRACT_CONFIG_RETRY_TIMEOUT "retrytimeout"

#define CONTRACT_NAME_PREFIX "measure-" // what a device's name has before its MAC

#define CONTRACT_PAYLOAD_MAX 4096 // bytes of an MQTT payload that either side reads

#define CONTRACT_FILE_MAX 4096 // bytes of a configuration, certificate or key that a device takes

// Bytes of a server's Certificate message (RFC 5246, 7.4.2) that a device takes: it must come in
// one record of the length that the smallest board agrees on.
#define CONTRACT_CERTIFICATE_MESSAGE_MAX 2048

// Bytes of an image that the flash of a board of 4 MB has room for, by its layout.
#define CONTRACT_SKETCH_IMAGE_MAX 1044464
#define CONTRACT_SDK_IMAGE_MAX 983040

#endif
