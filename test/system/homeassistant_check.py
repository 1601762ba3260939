"""Whether announcements and states are what Home Assistant's MQTT discovery takes.

The keys and their values are those of its documentation for device discovery and for the platforms
update, binary_sensor, sensor and button, and of the schemas in its components/mqtt (schemas.py, update.py,
binary_sensor.py, sensor.py, button.py, entity.py, config.py). It passes over a key that it does not know;
here that is a mistake, as is an abbreviation.
https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery

usage: homeassistant_check.py FILE: lines of a topic, a space and a payload, the last of a topic counts.
Prints how many devices there are, and what is wrong with any.
"""

import json
import re
import sys

TOPIC = re.compile(r"homeassistant/device/([a-zA-Z0-9_-]+)/config")
TEMPLATE = re.compile(r"\{\{ value_json\.(?:[a-z]+|app\['[A-Za-z0-9_-]+'\]) \}\}")

TEXT, TEXTS, PAIRS, TOPICS = "text", "texts", "pairs", "topics"
CATEGORIES = {"config", "diagnostic"}

ENTITY = {  # of every platform
    "platform": TEXT, "unique_id": TEXT, "name": TEXT, "entity_category": CATEGORIES, "icon": TEXT,
    "object_id": TEXT, "enabled_by_default": bool, "qos": {0, 1, 2}, "encoding": TEXT,
    "availability": TOPICS, "availability_topic": "topic", "availability_template": "template", "availability_mode": {"all", "any", "latest"},
    "payload_available": TEXT, "payload_not_available": TEXT, "json_attributes_topic": "topic",
    "json_attributes_template": "template",
}
PLATFORMS = {  # what it knows, and what it must have
    "update": ({
        "state_topic": "topic", "value_template": "template", "command_topic": "topic", "payload_install": TEXT,
        "latest_version_topic": "topic", "latest_version_template": "template", "device_class": {"firmware"},
        "display_precision": int, "entity_picture": TEXT, "release_summary": TEXT, "release_url": TEXT,
        "retain": bool, "title": TEXT}, {"state_topic"}),
    "binary_sensor": ({
        "state_topic": "topic", "value_template": "template", "payload_on": TEXT, "payload_off": TEXT,
        "device_class": {"connectivity", "problem", "update", "power", "running"}, "expire_after": int,
        "force_update": bool, "off_delay": int}, {"state_topic"}),
    "sensor": ({
        "state_topic": "topic", "value_template": "template", "unit_of_measurement": TEXT,
        "device_class": {"signal_strength", "data_size", "duration", "temperature", "timestamp"},
        "state_class": {"measurement", "total", "total_increasing"}, "expire_after": int, "force_update": bool,
        "options": TEXTS, "suggested_display_precision": int, "last_reset_value_template": "template"},
        {"state_topic"}),
    "button": ({
        "command_topic": "topic", "command_template": "template", "payload_press": TEXT, "retain": bool,
        "device_class": {"restart", "identify", "update"}}, {"command_topic"}),
}
UNITS = {"signal_strength": {"dB", "dBm"}, "data_size": {"B", "kB", "MB", "KiB", "MiB"}}
DEVICE = {
    "identifiers": TEXTS, "connections": PAIRS, "name": TEXT, "manufacturer": TEXT, "model": TEXT,
    "model_id": TEXT, "hw_version": TEXT, "sw_version": TEXT, "serial_number": TEXT, "suggested_area": TEXT,
    "via_device": TEXT, "configuration_url": TEXT,
}
ORIGIN = {"name": TEXT, "sw_version": TEXT, "support_url": TEXT}
WHOLE = {"device", "origin", "components", "availability", "availability_mode", "availability_topic",
         "state_topic", "command_topic", "qos", "encoding"}
UPDATE = {"installed_version": TEXT, "latest_version": TEXT, "title": TEXT, "release_summary": str,
          "release_url": TEXT, "entity_picture": TEXT, "in_progress": bool, "update_percentage": "percent"}

wrong = []


def complain(where, what):
    wrong.append(f"{where}: {what}")


def fits(value, kind):
    if isinstance(kind, set):
        return value in kind
    if isinstance(kind, type):
        return type(value) is kind
    if kind == "percent":
        return value is None or (type(value) in (int, float) and 0 <= value <= 100)
    if kind == TEXTS:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if kind == PAIRS:
        return isinstance(value, list) and all(fits(one, TEXTS) and len(one) == 2 for one in value)
    if kind == TOPICS:
        return isinstance(value, list) and all(
            isinstance(one, dict) and fits(one.get("topic"), "topic") and
            not set(one) - {"topic", "payload_available", "payload_not_available", "value_template"} for one in value)
    if not isinstance(value, str) or not value:
        return False
    if kind == "topic":
        return not re.search(r"[+#\0]", value)
    # What is in a template is run: nothing that a device says may be in it but a key.
    return kind == TEXT or TEMPLATE.fullmatch(value) is not None


def check_keys(where, found, known, needed=()):
    for key, value in found.items():
        if key not in known:
            complain(where, f"unknown key {key}")
        elif not fits(value, known[key]):
            complain(where, f"{key}: {value!r}")
    for key in needed:
        if key not in found:
            complain(where, f"{key} is missing")


def check_component(where, component, names):
    platform = component.get("platform")
    if platform not in PLATFORMS:
        complain(where, f"platform: {platform!r}")
        return
    if set(component) == {"platform"}:
        return  # it is taken away
    known, needed = PLATFORMS[platform]
    check_keys(where, component, ENTITY | known, needed | {"unique_id"})
    if "availability" in component and "availability_topic" in component:
        complain(where, "availability and availability_topic exclude each other")
    if component.get("unique_id") in names:
        complain(where, f"unique_id: {component['unique_id']} is another's")
    names.add(component.get("unique_id"))
    units = UNITS.get(component.get("device_class"))
    if units and component.get("unit_of_measurement") not in units:
        complain(where, f"unit_of_measurement: {component.get('unit_of_measurement')!r}")


def check_config(topic, payload, names):
    where = TOPIC.fullmatch(topic)
    if not where:
        complain(topic, "is no topic of device discovery")
        return
    where = where.group(1)
    for key in set(payload) - WHOLE:
        complain(where, f"unknown key {key}")
    for key in ("device", "origin", "components"):
        if not isinstance(payload.get(key), dict):
            complain(where, f"{key} is missing")
            return
    check_keys(f"{where} device", payload["device"], DEVICE)
    if not payload["device"].get("identifiers") and not payload["device"].get("connections"):
        complain(where, "the device has no identifier")
    check_keys(f"{where} origin", payload["origin"], ORIGIN, {"name"})
    for key, component in payload["components"].items():
        if not re.fullmatch(r"[a-zA-Z0-9_-]+", key):
            complain(where, f"component {key!r}")
        check_component(f"{where} {key}", component, names)


def main():
    last = {}
    with open(sys.argv[1], encoding="utf-8") as file:
        for line in file:
            topic, _, payload = line.rstrip("\n").partition(" ")
            last[topic] = payload
    names, devices = set(), 0
    for topic, payload in last.items():
        if not payload:
            continue
        if topic.startswith("homeassistant/") and topic.endswith("/config"):
            check_config(topic, json.loads(payload), names)
            devices += 1
        elif topic.endswith("/state"):
            state = json.loads(payload)
            check_keys(topic, {key: value for key, value in state.items() if key in UPDATE}, UPDATE,
                       {"installed_version", "latest_version", "in_progress"})
            for key, value in state.get("app", {}).items():
                if value is not None and type(value) not in (int, float, str):
                    complain(topic, f"{key}: {value!r}")
        elif topic.endswith("/availability"):
            if payload not in ("online", "offline"):
                complain(topic, payload)
    print(f"{devices} devices")
    for one in wrong:
        print(one)
    sys.exit(1 if wrong else 0)


main()
