#!/bin/sh
# Installs what tests with a real browser, DICOM device, file server, object gateway, malware scanner or
# identity provider need, where root or sudo allows; elsewhere says so loudly.
# With CI set a missing tool is an error.
set -u

packages="chromium dcmtk orthanc samba smbclient fonts-liberation fonts-dejavu-core poppler-utils xmlsec1
ceph-mon ceph-mgr ceph-osd ceph-base radosgw clamav-daemon nginx-light"
missing=""
command -v chromium >/dev/null || missing="chromium"
command -v pdftoppm >/dev/null || missing="$missing poppler-utils"
command -v storescu >/dev/null || missing="$missing dcmtk"
command -v Orthanc >/dev/null || missing="$missing orthanc"
command -v smbclient >/dev/null || missing="$missing smbclient"
command -v smbd >/dev/null || [ -x /usr/sbin/smbd ] || missing="$missing samba"
command -v xmlsec1 >/dev/null || missing="$missing xmlsec1"
for tool in ceph-mon ceph-mgr ceph-osd radosgw; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
done
command -v ceph-authtool >/dev/null || missing="$missing ceph-base"
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing="$missing nginx-light"
command -v clamd >/dev/null || [ -x /usr/sbin/clamd ] || missing="$missing clamav-daemon"
[ -z "$missing" ] && exit 0

as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo -n"
if command -v apt-get >/dev/null && { [ -z "$as_root" ] || sudo -n true 2>/dev/null; }; then
    echo "Installing for the tests:" $packages
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get update -qq >/dev/null &&
        $as_root apt-get install -y -qq --no-install-recommends $packages >/dev/null && exit 0
fi

echo "==============================================================================="
echo "MISSING: $missing. Tests that need them are SKIPPED. To have them run, as root:"
echo "    apt-get install --no-install-recommends" $packages
echo "==============================================================================="
[ -z "${CI:-}" ]
