// What the pages with a camera share: the camera itself, and pictures from it.

const canvas = document.createElement("canvas");

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export const openCamera = (width, height) =>
  navigator.mediaDevices.getUserMedia({
    video: { width: { ideal: width }, height: { ideal: height }, facingMode: "user" },
  });

export function closeCamera(camera) {
  for (const track of camera?.getTracks() ?? []) track.stop();
}

export function snapshot(video, width) {
  const scale = Math.min(1, width / video.videoWidth);
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
}
